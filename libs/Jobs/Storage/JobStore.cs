using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Wir.Messaging.Storage;

namespace Wir.Jobs.Storage;

/// <summary>A job just claimed.</summary>
internal sealed record ClaimedJob(
    Guid Id, string Kind, string? Key, JsonElement Payload, DateTimeOffset RunAt, int Attempts, long Fence, long Done, long? Total, string? TraceParent);

/// <summary>The SQL of jobs. Every change of a running job names its fence; a worker that lost the lease changes nothing.</summary>
internal sealed class JobStore(NpgsqlDataSource source, SchemaName schema)
{
    private const int CleanBatch = 1000;

    private string Table { get; } = $"{schema.Name}.job";

    /// <summary>Within the transaction that is to commit. The row lock keeps others from claiming the job until the commit; a worker that freezes in between is cut off.</summary>
    private string GuardSql => $"select 1 from {Table} where id = @id and fence = @fence for share";

    /// <summary>Takes up to <paramref name="limit"/> due jobs of a kind; those of silent workers are due, too.</summary>
    public async Task<List<ClaimedJob>> ClaimAsync(string kind, int limit, string worker, TimeSpan lease, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            with due as materialized (
                select id from {Table} where finished_at is null and due_at <= clock_timestamp() and kind = @kind
                order by due_at limit @limit for update skip locked)
            update {Table} j set state = 'running', attempts = attempts + 1, fence = fence + 1, worker = @worker,
                started_at = clock_timestamp(), due_at = clock_timestamp() + @lease,
                last_error = case when state = 'running' then 'The worker fell silent.' else last_error end
            from due where j.id = due.id
            returning j.id, kind, key, payload, run_at, attempts, fence, progress_done, progress_total, trace_parent
            """);
        command.Parameters.AddWithValue("kind", kind);
        command.Parameters.AddWithValue("limit", limit);
        command.Parameters.AddWithValue("worker", worker);
        command.Parameters.AddWithValue("lease", lease);
        var jobs = new List<ClaimedJob>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            jobs.Add(new ClaimedJob(
                reader.GetGuid(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), JsonElement.Parse(reader.GetString(3)),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetInt32(5), reader.GetInt64(6), reader.GetInt64(7),
                reader.IsDBNull(8) ? null : reader.GetInt64(8), reader.IsDBNull(9) ? null : reader.GetString(9)));
        }

        return jobs;
    }

    /// <summary>Prolongs the lease; false when the job is somebody else's.</summary>
    public async Task<bool> BeatAsync(ClaimedJob job, TimeSpan lease, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"update {Table} set due_at = clock_timestamp() + @lease where id = @id and fence = @fence and state = 'running'");
        command.Parameters.AddWithValue("lease", lease);
        return await ChangeAsync(command, job, ct);
    }

    /// <exception cref="LeaseLostException">The job is somebody else's.</exception>
    public async Task GuardAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, ClaimedJob job, TimeSpan lease, CancellationToken ct)
    {
        await using (var limit = new NpgsqlCommand(
            $"set local idle_in_transaction_session_timeout = {(long)Math.Max(1000, lease.TotalMilliseconds)}", connection, transaction))
        {
            await limit.ExecuteNonQueryAsync(ct);
        }

        await using var command = new NpgsqlCommand(GuardSql, connection, transaction);
        command.Parameters.AddWithValue("id", job.Id);
        command.Parameters.AddWithValue("fence", job.Fence);
        if (await command.ExecuteScalarAsync(ct) is null) throw new LeaseLostException();
    }

    /// <exception cref="LeaseLostException">The job is somebody else's.</exception>
    public async Task ProgressAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, ClaimedJob job, long done, long? total, bool finished, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"""
            update {Table} set progress_done = @done, progress_total = @total, state = case when @finished then 'done' else state end,
                finished_at = case when @finished then clock_timestamp() end, last_error = case when @finished then null else last_error end
            where id = @id and fence = @fence and state = 'running'
            """, connection, transaction);
        command.Parameters.AddWithValue("done", done);
        command.Parameters.Add(new NpgsqlParameter("total", NpgsqlDbType.Bigint) { Value = total is { } t ? t : DBNull.Value });
        command.Parameters.AddWithValue("finished", finished);
        if (!await ChangeAsync(command, job, ct)) throw new LeaseLostException();
    }

    /// <summary>Writes down a failure: next try after the wait, or dead when there is none. False when the job is somebody else's.</summary>
    public async Task<bool> FailAsync(ClaimedJob job, string error, TimeSpan? wait, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            update {Table} set state = case when @wait is null then 'dead' else 'waiting' end, last_error = @error,
                due_at = clock_timestamp() + coalesce(@wait, '0'), finished_at = case when @wait is null then clock_timestamp() end
            where id = @id and fence = @fence and state = 'running'
            """);
        command.Parameters.AddWithValue("error", error);
        command.Parameters.Add(new NpgsqlParameter("wait", NpgsqlDbType.Interval) { Value = wait is { } w ? w : DBNull.Value });
        return await ChangeAsync(command, job, ct);
    }

    /// <summary>Gives a job back unharmed, because the service stops or its database was away: the run does not count.</summary>
    public async Task ReleaseAsync(ClaimedJob job, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            update {Table} set state = 'waiting', attempts = attempts - 1, due_at = clock_timestamp()
            where id = @id and fence = @fence and state = 'running'
            """);
        await ChangeAsync(command, job, ct);
    }

    /// <summary>Which of these kinds have due jobs, and which of them are to recur now.</summary>
    public async Task<(List<string> Due, List<string> Recurring)> LookAsync(string[] free, string[] recurring, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            select distinct kind, false from {Table} where finished_at is null and due_at <= clock_timestamp() and kind = any(@free)
            union all
            select kind, true from {schema.Name}.job_schedule where next_at <= clock_timestamp() and kind = any(@recurring)
            """);
        command.Parameters.AddWithValue("free", free);
        command.Parameters.AddWithValue("recurring", recurring);
        var found = (Due: new List<string>(), Recurring: new List<string>());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) (reader.GetBoolean(1) ? found.Recurring : found.Due).Add(reader.GetString(0));
        return found;
    }

    /// <summary>Enters the schedule of a recurring kind; a changed definition starts anew.</summary>
    public async Task EnterScheduleAsync(string kind, Recurrence recurrence, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var now = await NowAsync(connection, ct);
        await using var command = new NpgsqlCommand($"""
            insert into {schema.Name}.job_schedule as s (kind, definition, next_at) values (@kind, @definition, @next)
            on conflict (kind) do update set definition = excluded.definition, next_at = excluded.next_at where s.definition <> excluded.definition
            """, connection);
        command.Parameters.AddWithValue("kind", kind);
        command.Parameters.AddWithValue("definition", recurrence.Definition);
        command.Parameters.AddWithValue("next", recurrence.First(now));
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Makes the job of a schedule that is due, and moves the schedule on. The time is the database's: one clock for all instances.</summary>
    public async Task OccurAsync(string kind, Recurrence recurrence, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var due = new NpgsqlCommand($"""
            select next_at from {schema.Name}.job_schedule where kind = @kind and definition = @definition and next_at <= clock_timestamp()
            for update skip locked
            """, connection);
        due.Parameters.AddWithValue("kind", kind);
        due.Parameters.AddWithValue("definition", recurrence.Definition);
        if (await due.ExecuteScalarAsync(ct) is not DateTime at) return;

        var occurrence = new DateTimeOffset(at);
        await using var command = new NpgsqlCommand($$"""
            with entered as (
                insert into {{Table}} (id, kind, key, payload, run_at, due_at) values (@id, @kind, 'recurring', '{}', @at, @at)
                on conflict (kind, key) where finished_at is null do nothing)
            update {{schema.Name}}.job_schedule set next_at = @next, last_at = @at where kind = @kind
            """, connection);
        command.Parameters.AddWithValue("id", Guid.CreateVersion7());
        command.Parameters.AddWithValue("kind", kind);
        command.Parameters.AddWithValue("at", occurrence);
        command.Parameters.AddWithValue("next", recurrence.Next(occurrence, await NowAsync(connection, ct)));
        await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Removes jobs that were done long ago, in small transactions.</summary>
    public async Task CleanAsync(TimeSpan kept, CancellationToken ct)
    {
        int deleted;
        do
        {
            await using var command = source.CreateCommand($"""
                delete from {Table} where ctid = any(array(
                    select ctid from {Table} where state = 'done' and finished_at < clock_timestamp() - @kept limit {CleanBatch} for update skip locked))
                """);
            command.Parameters.AddWithValue("kept", kept);
            deleted = await command.ExecuteNonQueryAsync(ct);
        }
        while (deleted == CleanBatch);
    }

    private static async Task<bool> ChangeAsync(NpgsqlCommand command, ClaimedJob job, CancellationToken ct)
    {
        command.Parameters.AddWithValue("id", job.Id);
        command.Parameters.AddWithValue("fence", job.Fence);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    private static async Task<DateTimeOffset> NowAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select clock_timestamp()", connection);
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(ct))!);
    }
}
