using Npgsql;
using Wir.Messaging.Storage;

namespace Wir.Jobs.Running;

/// <summary>Reads what jobs there are, and replays dead ones.</summary>
internal sealed class JobState(NpgsqlDataSource source, SchemaName schema, JobsBuilder jobs, CommitSignal signal)
{
    private const int RowsShown = 100;

    public async Task<List<KindOverview>> ReadKindsAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            select coalesce(k.kind, j.kind, s.kind), k.kind is not null, coalesce(waiting, 0), coalesce(running, 0), coalesce(dead, 0),
                coalesce(oldest_due, 0)::float8, s.definition, s.next_at
            from unnest(@kinds) as k (kind)
            full join (
                select kind, count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'running') as running,
                    count(*) filter (where state = 'dead') as dead,
                    greatest(0, extract(epoch from clock_timestamp() - min(due_at) filter (where finished_at is null))) as oldest_due
                from {schema.Name}.job where state <> 'done' group by kind) j using (kind)
            full join {schema.Name}.job_schedule s using (kind)
            order by 1
            """);
        command.Parameters.AddWithValue("kinds", jobs.Kinds.Keys.ToArray());
        var kinds = new List<KindOverview>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            kinds.Add(new KindOverview(
                reader.GetString(0), reader.GetBoolean(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetDouble(5),
                reader.IsDBNull(6) ? null : reader.GetString(6), reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7)));
        }

        return kinds;
    }

    /// <summary>The first 100: dead ones, running ones, then what is due next, then what was done last.</summary>
    public async Task<List<JobView>> ReadJobsAsync(string? state, string? kind, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            select id, kind, key, state, run_at, attempts, worker, progress_done, progress_total, last_error, trace_parent, created_at, started_at, finished_at
            from {schema.Name}.job
            where (@state::text is null or state = @state) and (@kind::text is null or kind = @kind)
            order by case state when 'dead' then 0 when 'running' then 1 when 'waiting' then 2 else 3 end,
                case when state = 'waiting' then due_at end, finished_at desc, id limit {RowsShown}
            """);
        command.Parameters.Add(new NpgsqlParameter("state", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)state ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("kind", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)kind ?? DBNull.Value });
        var rows = new List<JobView>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new JobView(
                reader.GetGuid(0), reader.GetString(1), Text(reader, 2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetInt32(5),
                Text(reader, 6), reader.GetInt64(7), reader.IsDBNull(8) ? null : reader.GetInt64(8), Text(reader, 9), Text(reader, 10),
                reader.GetFieldValue<DateTimeOffset>(11), Time(reader, 12), Time(reader, 13)));
        }

        return rows;
    }

    /// <summary>Makes a dead job due again, with all its attempts. Null when there is no such job, false when it is not dead.</summary>
    public async Task<bool?> ReplayAsync(Guid id, CancellationToken ct)
    {
        // Taken up again, it must not stand beside a younger one with the same key: then that one does its work.
        await using var command = source.CreateCommand($"""
            with revived as (
                update {schema.Name}.job j set state = 'waiting', attempts = 0, due_at = clock_timestamp(), finished_at = null
                where id = @id and state = 'dead' and not exists (
                    select 1 from {schema.Name}.job o where o.kind = j.kind and o.key = j.key and o.finished_at is null)
                returning 1)
            select exists (select 1 from revived) from {schema.Name}.job where id = @id
            """);
        command.Parameters.AddWithValue("id", id);
        var revived = await command.ExecuteScalarAsync(ct) as bool?;
        signal.Jobs.Set();
        return revived;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
