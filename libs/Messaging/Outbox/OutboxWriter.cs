using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using Wir.Contracts;

namespace Wir.Messaging.Outbox;

/// <summary>Writes emitted events as outbox rows, in the transaction that is open on the context.</summary>
internal static class OutboxWriter
{
    /// <summary>Bytes of one event's JSON. Far below the broker's own limit, so that a row can always be sent.</summary>
    public const int MaxPayload = 1024 * 1024;

    public static async Task WriteAsync(ServiceDb db, IReadOnlyList<IEvent> events, DateTimeOffset now, CancellationToken ct)
    {
        // The counter row is locked until commit, so that no later number of the same aggregate can become visible before an earlier one.
        // Sorted, because two transactions that emit for the same two aggregates would else lock them crosswise.
        var sql = $"""
            with emitted as (
                select * from unnest(@ids, @aggregate_types, @aggregate_ids, @types, @areas, @payloads)
                    with ordinality as t (id, aggregate_type, aggregate_id, type, area, payload, ordinal)
            ), counted as (
                insert into {db.Schema}.aggregate_sequence as s (aggregate_type, aggregate_id, last)
                select aggregate_type, aggregate_id, count(*) from emitted group by 1, 2 order by 1, 2
                on conflict (aggregate_type, aggregate_id) do update set last = s.last + excluded.last
                returning aggregate_type, aggregate_id, last
            )
            insert into {db.Schema}.outbox_message
                (id, aggregate_type, aggregate_id, sequence, type, area, payload, trace_parent, correlation_id, causation_id, occurred_at)
            select e.id, e.aggregate_type, e.aggregate_id,
                c.last - count(*) over whole + row_number() over (whole order by e.ordinal),
                e.type, e.area, e.payload::json, @trace_parent, coalesce(@correlation_id, e.id), @causation_id, @occurred_at
            from emitted e join counted c using (aggregate_type, aggregate_id)
            window whole as (partition by e.aggregate_type, e.aggregate_id)
            order by e.ordinal
            """;
        await using var command = CreateCommand(db, sql);
        AddRows(command, events);
        Add(command, "trace_parent", Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null, NpgsqlDbType.Text);
        Add(command, "correlation_id", db.Cause is { } cause ? cause.CorrelationId ?? cause.Id : null, NpgsqlDbType.Uuid);
        Add(command, "causation_id", db.Cause?.Id, NpgsqlDbType.Uuid);
        Add(command, "occurred_at", now.ToUniversalTime(), NpgsqlDbType.TimestampTz);
        await command.ExecuteNonQueryAsync(ct);
    }

    public static NpgsqlCommand CreateCommand(ServiceDb db, string sql)
    {
        var transaction = (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
        return new NpgsqlCommand(sql, (NpgsqlConnection)db.Database.GetDbConnection(), transaction);
    }

    public static void Add(NpgsqlCommand command, string name, object? value, NpgsqlDbType type) =>
        command.Parameters.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });

    private static void AddRows(NpgsqlCommand command, IReadOnlyList<IEvent> events)
    {
        var identities = events.Select(e => EventAttribute.Of(e.GetType())).ToArray();
        Add(command, "ids", events.Select(_ => Guid.CreateVersion7()).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        Add(command, "aggregate_types", identities.Select(i => i.Aggregate).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(command, "aggregate_ids", events.Select(e => e.AggregateId).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        Add(command, "types", identities.Select(i => i.Urn).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(command, "areas", events.Select(e => e.Area).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(command, "payloads", events.Select(Payload).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
    }

    private static string Payload(IEvent @event)
    {
        var json = MessagingJson.Write(@event);
        return json.Length <= MaxPayload
            ? json
            : throw new InvalidOperationException($"{@event.GetType().Name} has {json.Length} characters; an event may have {MaxPayload}.");
    }
}
