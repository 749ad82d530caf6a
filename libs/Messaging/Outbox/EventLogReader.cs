using Npgsql;
using Wir.Contracts;
using Wir.Messaging.Feed;
using Wir.Messaging.Storage;

namespace Wir.Messaging.Outbox;

/// <summary>One row of <c>/internal/events</c>.</summary>
/// <param name="Position">Place in the service's event log; the next call's <c>after</c>.</param>
/// <param name="Event">The event as it was sent.</param>
public sealed record EventLogRow(long Position, EventEnvelope Event);

internal sealed class EventLogReader(NpgsqlDataSource source, SchemaName schema)
{
    /// <summary>Positions below the oldest kept event are too old: events after them are gone.</summary>
    public async Task<ReadableBounds> BoundsAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            select value, coalesce((select min(position) - 1 from {schema.Name}.event_log), value)
            from {schema.Name}.messaging_counter where name = 'event_log'
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new ReadableBounds(reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <param name="after">Position after which to read.</param>
    /// <param name="end">Last position to look at.</param>
    /// <param name="limit">Rows at most.</param>
    /// <param name="aggregate">Only events of this thing; null = of all.</param>
    /// <param name="areas">Only events of these areas; null = all events, those without an area included.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task<List<EventLogRow>> ReadAsync(
        long after, long end, int limit, Guid? aggregate, string[]? areas, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            select position, {OutboxStore.EnvelopeColumns} from {schema.Name}.event_log
            where position > @after and position <= @end {(aggregate is null ? "" : "and aggregate_id = @aggregate")}
                {(areas is null ? "" : "and area = any(@areas)")} order by position limit @limit
            """);
        command.Parameters.AddWithValue("after", after);
        command.Parameters.AddWithValue("end", end);
        command.Parameters.AddWithValue("limit", limit);
        if (areas is not null) command.Parameters.AddWithValue("areas", areas);
        if (aggregate is { } id) command.Parameters.AddWithValue("aggregate", id);
        var rows = new List<EventLogRow>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) rows.Add(new EventLogRow(reader.GetInt64(0), OutboxStore.ReadEnvelope(reader, 1)));
        return rows;
    }
}
