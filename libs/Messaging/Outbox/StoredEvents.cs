using NpgsqlTypes;
using Wir.Messaging.Outbox;
using Wir.Messaging.Storage;

namespace Wir.Messaging;

/// <summary>An event of this service that was rewritten.</summary>
/// <param name="Id">Its id, as before.</param>
/// <param name="AggregateId">What it is about.</param>
/// <param name="Data">Its data from now on, JSON.</param>
public sealed record RewrittenEvent(Guid Id, Guid AggregateId, string Data);

/// <summary>Takes words out of what a service has stored of events, so that an erasure reaches them.</summary>
public static class StoredEvents
{
    private const int BatchSize = 200;

    /// <summary>
    /// Rewrites the service's own events in place, sent or not: outbox and event log, in the transaction that is open on
    /// the context. Ids, numbers and order stay. What left for the broker before is rewritten by those who still keep it
    /// (<see cref="KeptCopies"/>).
    /// </summary>
    /// <param name="db">The service's database, with an open transaction.</param>
    /// <param name="aggregates">Only events of these things.</param>
    /// <param name="patterns">Patterns of <c>ilike</c>, one of which the JSON of an event to look at matches,
    /// composed (NFC).</param>
    /// <param name="rewrite">The new JSON; null to leave the event as it is.</param>
    /// <param name="ct">Cancellation.</param>
    /// <returns>Each event that was rewritten, once.</returns>
    public static async Task<IReadOnlyList<RewrittenEvent>> RewriteEventsAsync(
        this ServiceDb db, IReadOnlyCollection<Guid> aggregates, IReadOnlyCollection<string> patterns,
        Func<string, string?> rewrite, CancellationToken ct)
    {
        var rewritten = new Dictionary<Guid, RewrittenEvent>();
        // The outbox first: a row that the relay has in hand is waited for, and is in the log afterwards.
        foreach (var (table, locks) in new[] { ("outbox_message", " for update"), ("event_log", "") })
        {
            var after = 0L;
            while (await ReadAsync(db, table, locks, after, aggregates, patterns, ct) is { Count: > 0 } rows)
            {
                foreach (var (position, one) in rows)
                {
                    if (rewrite(one.Data) is not { } data) continue;
                    await UpdateAsync(db, table, position, data, ct);
                    rewritten[one.Id] = one with { Data = data };
                }

                after = rows[^1].Position;
            }
        }

        return [.. rewritten.Values];
    }

    /// <summary>
    /// As the migration of that name, for what was stored lately: a program of the release before may have written it
    /// while an upgrade was under way. In the transaction that is open on the context.
    /// </summary>
    /// <param name="db">The service's database, with an open transaction.</param>
    /// <param name="type">Identity of the contract.</param>
    /// <param name="path">The member, from the contract's root.</param>
    /// <param name="since">What was stored before is not looked at.</param>
    /// <param name="ct">Cancellation.</param>
    /// <returns>How many rows were rewritten.</returns>
    public static async Task<int> RemoveFromEventsAsync(
        this ServiceDb db, string type, IReadOnlyList<string> path, DateTimeOffset since, CancellationToken ct)
    {
        var sql = MessagingSchema.RemoveSql(db.Schema, type, path, "@since");
        await using var command = OutboxWriter.CreateCommand(db, sql);
        OutboxWriter.Add(command, "since", since.ToUniversalTime(), NpgsqlDbType.TimestampTz);
        return await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<List<(long Position, RewrittenEvent Event)>> ReadAsync(
        ServiceDb db, string table, string locks, long after, IReadOnlyCollection<Guid> aggregates,
        IReadOnlyCollection<string> patterns, CancellationToken ct)
    {
        await using var command = OutboxWriter.CreateCommand(db, $"""
            select position, id, aggregate_id, payload::text from {db.Schema}.{table}
            where position > @after and aggregate_id = any(@aggregates)
                and normalize(payload::text, NFC) ilike any(@patterns)
            order by position limit {BatchSize}{locks}
            """);
        OutboxWriter.Add(command, "after", after, NpgsqlDbType.Bigint);
        OutboxWriter.Add(command, "aggregates", aggregates.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        OutboxWriter.Add(command, "patterns", patterns.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        var rows = new List<(long, RewrittenEvent)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add((reader.GetInt64(0), new(reader.GetGuid(1), reader.GetGuid(2), reader.GetString(3))));
        }

        return rows;
    }

    private static async Task UpdateAsync(ServiceDb db, string table, long position, string data, CancellationToken ct)
    {
        await using var command = OutboxWriter.CreateCommand(
            db, $"update {db.Schema}.{table} set payload = @data where position = @position");
        OutboxWriter.Add(command, "data", data, NpgsqlDbType.Json);
        OutboxWriter.Add(command, "position", position, NpgsqlDbType.Bigint);
        await command.ExecuteNonQueryAsync(ct);
    }
}
