using System.Text.Json;
using Npgsql;
using Wir.Contracts;

namespace Wir.Messaging.Outbox;

/// <summary>A pending row as the relay sees it.</summary>
internal sealed record OutboxRow(long Position, int Attempts, DateTime NotBefore, EventEnvelope Envelope);

/// <summary>What the relay has to write down about a row that was not sent.</summary>
internal sealed record OutboxFailure(long Position, string Error, TimeSpan Wait, bool Dead);

/// <summary>The relay's SQL. Claim and mark happen in one transaction, whose row locks are the claim.</summary>
internal sealed class OutboxStore(string schema)
{
    private const int LogBatch = 2000;

    public const string EnvelopeColumns =
        "id, type, aggregate_type, aggregate_id, sequence, occurred_at, area, trace_parent, correlation_id, causation_id, payload";

    // Only the first pending row of an aggregate can be claimed, so two relays never hold rows of the same aggregate. Its followers
    // need no lock of their own: they become heads only after this transaction ends. A row that was sent between snapshot and lock is
    // gone (deleted), so SKIP LOCKED passes over it. Each aggregate's first row is looked up in the order of its index: as a join, a plan made
    // while the queue was empty, and kept, would go through the whole queue for each row.
    internal string ClaimSql { get; } = $"""
        with head as materialized (
            select o.* from {schema}.outbox_message o
            where o.dead_at is null and o.not_before <= clock_timestamp() and o.position = (
                select e.position from {schema}.outbox_message e
                where e.aggregate_type = o.aggregate_type and e.aggregate_id = o.aggregate_id and e.dead_at is null
                order by e.sequence limit 1)
            order by o.position limit @heads
            for update of o skip locked)
        select position, attempts, not_before, {EnvelopeColumns} from head
        union all
        select f.position, f.attempts, f.not_before, f.id, f.type, f.aggregate_type, f.aggregate_id, f.sequence, f.occurred_at, f.area,
            f.trace_parent, f.correlation_id, f.causation_id, f.payload
        from head h cross join lateral (
            select * from {schema}.outbox_message o
            where o.aggregate_type = h.aggregate_type and o.aggregate_id = h.aggregate_id and o.sequence > h.sequence and o.dead_at is null
            order by o.sequence limit @followers) f
        """;

    private string MarkFailedSql { get; } = $"""
        update {schema}.outbox_message o
        set attempts = o.attempts + 1, last_error = f.error, not_before = clock_timestamp() + f.wait,
            dead_at = case when f.dead then clock_timestamp() end
        from unnest(@positions, @errors, @waits, @dead) as f (position, error, wait, dead)
        where o.position = f.position
        """;

    // Sent rows leave the table; every row that was looked at is in the log afterwards, sent or not, once. The counter row is locked until
    // commit: log positions become visible in the order in which they were given, without gaps.
    private string FinishSql { get; } = $"""
        with gone as (
            delete from {schema}.outbox_message where position = any(@sent) returning *
        ), kept as (
            update {schema}.outbox_message set logged = true where position = any(@kept) and not logged returning *
        ), fresh as (
            select * from gone where not logged union all select * from kept
        ), numbered as (
            select *, row_number() over (order by position) as n, count(*) over () as total from fresh
        ), head as (
            update {schema}.messaging_counter set value = value + (select count(*) from fresh)
            where name = 'event_log' and exists (select 1 from fresh) returning value
        )
        insert into {schema}.event_log (position, {EnvelopeColumns}, created_at)
        select head.value - total + n, {EnvelopeColumns}, created_at from numbered cross join head
        """;

    private string UnloggedSql { get; } =
        $"select position from {schema}.outbox_message where not logged order by position limit {LogBatch} for update nowait";

    /// <summary>Locks the heads of up to <paramref name="heads"/> aggregates and reads them with their followers, in order per aggregate.</summary>
    public async Task<List<OutboxRow>> ClaimAsync(NpgsqlConnection connection, int heads, int followers, TimeSpan idleTimeout, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        // A relay that freezes with its locks is ended by the database. The planner sees statistics of an empty queue and would scan a full one.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"set local idle_in_transaction_session_timeout = {(int)idleTimeout.TotalMilliseconds}; "));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("set local enable_seqscan = off"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("set local enable_hashjoin = off"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("set local enable_mergejoin = off"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("set local enable_bitmapscan = off"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("set local enable_sort = off"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ClaimSql) { Parameters = { new("heads", heads), new("followers", followers) } });
        var rows = new List<OutboxRow>();
        await using var reader = await batch.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new OutboxRow(reader.GetInt64(0), reader.GetInt32(1), reader.GetDateTime(2), ReadEnvelope(reader, 3)));
        }

        return rows;
    }

    /// <summary>Removes what was sent and enters it, and what was kept, into the event log.</summary>
    public async Task FinishAsync(NpgsqlConnection connection, IReadOnlyCollection<long> sent, IReadOnlyCollection<long> kept, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(FinishSql, connection)
        {
            Parameters = { new("sent", sent.ToArray()), new("kept", kept.ToArray()) },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Enters pending rows into the event log without sending them, while the broker is away. True when there may be more.</summary>
    public async Task<bool> LogPendingAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var positions = new List<long>();
        try
        {
            await using var command = new NpgsqlCommand(UnloggedSql, connection);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) positions.Add(reader.GetInt64(0));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false; // Another relay has them in hand and will log them; passing over them would turn the order round.
        }

        if (positions.Count > 0) await FinishAsync(connection, [], positions, ct);
        return positions.Count == LogBatch;
    }

    public async Task MarkFailedAsync(NpgsqlConnection connection, IReadOnlyCollection<OutboxFailure> failures, CancellationToken ct)
    {
        if (failures.Count == 0) return;
        await using var command = new NpgsqlCommand(MarkFailedSql, connection)
        {
            Parameters =
            {
                new("positions", failures.Select(f => f.Position).ToArray()),
                new("errors", failures.Select(f => f.Error).ToArray()),
                new("waits", failures.Select(f => f.Wait).ToArray()),
                new("dead", failures.Select(f => f.Dead).ToArray()),
            },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Reads <see cref="EnvelopeColumns"/> beginning at column <paramref name="first"/>.</summary>
    public static EventEnvelope ReadEnvelope(NpgsqlDataReader reader, int first)
    {
        using var payload = JsonDocument.Parse(reader.GetString(first + 10));
        return new EventEnvelope
        {
            Id = reader.GetGuid(first),
            Type = reader.GetString(first + 1),
            AggregateType = reader.GetString(first + 2),
            AggregateId = reader.GetGuid(first + 3),
            Sequence = reader.GetInt64(first + 4),
            OccurredAt = reader.GetFieldValue<DateTimeOffset>(first + 5),
            Area = reader.IsDBNull(first + 6) ? null : reader.GetString(first + 6),
            TraceParent = reader.IsDBNull(first + 7) ? null : reader.GetString(first + 7),
            CorrelationId = reader.IsDBNull(first + 8) ? null : reader.GetGuid(first + 8),
            CausationId = reader.IsDBNull(first + 9) ? null : reader.GetGuid(first + 9),
            Data = payload.RootElement.Clone(),
        };
    }
}
