using Npgsql;

namespace Wir.Monitor.Features.Overview;

/// <summary>How far the journal is.</summary>
/// <param name="Watermark">Instant of the latest event that is counted; null before the first one.</param>
/// <param name="LagSeconds">How long that event was under way.</param>
/// <param name="OldestGap">Instant of the oldest thing of which an event is missing; null when none is.</param>
/// <param name="Sources">By publishing service.</param>
public sealed record Freshness(DateTimeOffset? Watermark, double? LagSeconds, DateTimeOffset? OldestGap, IReadOnlyList<FreshnessSource> Sources)
{
    /// <param name="source">The database.</param>
    /// <param name="withCounts">Counts show single cases of all areas; only readers of all areas get them.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task<Freshness> ReadAsync(NpgsqlDataSource source, bool withCounts, CancellationToken ct)
    {
        var sources = new List<(FreshnessSource Source, DateTimeOffset Received)>();
        await using (var command = source.CreateCommand(
            "select service, sum(events)::bigint, max(last_event_at), max(last_received_at) from monitor.journal_source group by service order by service"))
        {
            await using var rows = await command.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
            {
                sources.Add((new(rows.GetString(0), rows.GetFieldValue<DateTimeOffset>(2), withCounts ? rows.GetInt64(1) : null), rows.GetFieldValue<DateTimeOffset>(3)));
            }
        }

        await using var gap = source.CreateCommand("select min(last_event_at) from monitor.journal_thing where last_sequence > events");
        var oldestGap = await gap.ExecuteScalarAsync(ct) is DateTime at ? new DateTimeOffset(at) : (DateTimeOffset?)null;
        var latest = sources.OrderByDescending(one => one.Source.LastEventAt).FirstOrDefault();
        return new(latest.Source?.LastEventAt, latest.Source is null ? null : Math.Max(0, Math.Round((latest.Received - latest.Source.LastEventAt).TotalSeconds, 3)),
            oldestGap, [.. sources.Select(one => one.Source)]);
    }
}

/// <param name="Service">Name of the service.</param>
/// <param name="LastEventAt">Instant of its latest event.</param>
/// <param name="Events">How many there were in all areas; only for services, operators, and readers of all areas.</param>
public sealed record FreshnessSource(string Service, DateTimeOffset LastEventAt, long? Events);
