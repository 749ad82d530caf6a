using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Wir.Contracts;
using Wir.Messaging;
using Wir.Monitor.Data;

namespace Wir.Monitor.Messaging;

/// <summary>
/// Writes every event of the platform into the journal, known here or not, as far as it is needed for counting, and
/// counts it in the same transaction.
/// </summary>
public sealed class WhenAnything(MonitorDb db) : IAnyEventHandler
{
    private const int Shards = 16;

    public async Task HandleAsync(EventEnvelope envelope, CancellationToken ct)
    {
        if (await AppendAsync(envelope, ct) && LiveCounters.ByType.TryGetValue(envelope.Type, out var count))
        {
            await using var command = Command(LiveCounters.Of(count, "j.id = @id"));
            command.Parameters.AddWithValue("id", envelope.Id);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    /// <summary>False when the event stood there already: the journal remembers longer than the inbox.</summary>
    private async Task<bool> AppendAsync(EventEnvelope envelope, CancellationToken ct)
    {
        await using var command = Command("""
            with added as (
                insert into monitor.journal (id, service, type, aggregate_type, aggregate_id, sequence, area, occurred_at, data)
                values (@id, @service, @type, @aggregate_type, @aggregate_id, @sequence, @area, @occurred_at, @data::json)
                on conflict (id) do nothing returning id, received_at),
            source as (
                insert into monitor.journal_source as s (service, shard, events, last_event_at, last_received_at)
                select @service, @shard, 1, @occurred_at, received_at from added
                on conflict (service, shard) do update set events = s.events + 1,
                    last_event_at = greatest(s.last_event_at, excluded.last_event_at), last_received_at = excluded.last_received_at),
            thing as (
                insert into monitor.journal_thing as t (aggregate_type, aggregate_id, events, last_sequence, last_event_at)
                select @aggregate_type, @aggregate_id, 1, @sequence, @occurred_at from added
                on conflict (aggregate_type, aggregate_id) do update set events = t.events + 1,
                    last_sequence = greatest(t.last_sequence, excluded.last_sequence), last_event_at = greatest(t.last_event_at, excluded.last_event_at))
            select count(*) from added
            """);
        var parameters = command.Parameters;
        parameters.AddWithValue("id", envelope.Id);
        parameters.AddWithValue("service", ServiceOf(envelope.Type));
        parameters.AddWithValue("shard", (short)(envelope.Id.ToByteArray()[15] % Shards));
        parameters.AddWithValue("type", envelope.Type);
        parameters.AddWithValue("aggregate_type", envelope.AggregateType);
        parameters.AddWithValue("aggregate_id", envelope.AggregateId);
        parameters.AddWithValue("sequence", envelope.Sequence);
        parameters.AddWithValue("area", (object?)envelope.Area ?? DBNull.Value);
        parameters.AddWithValue("occurred_at", envelope.OccurredAt.ToUniversalTime());
        parameters.AddWithValue("data", JournalFacts.Of(envelope));
        return await command.ExecuteScalarAsync(ct) is 1L;
    }

    private NpgsqlCommand Command(string sql) =>
        new(sql, (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());

    /// <summary><c>urn:message:wir:registry:association-published:v1</c></summary>
    private static string ServiceOf(string urn) => urn.Split(':') is [_, _, _, var service, ..] ? service : "unknown";
}
