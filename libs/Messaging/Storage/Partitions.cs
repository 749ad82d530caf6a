using Npgsql;

namespace Wir.Messaging.Storage;

/// <summary>Monthly partitions of the event log: made ahead, and dropped when their 13 months are over.</summary>
internal static class Partitions
{
    public const int MonthsKept = 13;
    private const int MonthsAhead = 3;

    public static async Task EnsureAsync(NpgsqlDataSource source, string schema, DateTimeOffset now, CancellationToken ct)
    {
        var first = new DateOnly(now.UtcDateTime.Year, now.UtcDateTime.Month, 1);
        for (var ahead = 0; ahead <= MonthsAhead; ahead++)
        {
            var from = first.AddMonths(ahead);
            await using var command = source.CreateCommand($"""
                create table if not exists {schema}.event_log_{from:yyyyMM} partition of {schema}.event_log
                for values from ('{from:yyyy-MM-dd} 00:00:00+00') to ('{from.AddMonths(1):yyyy-MM-dd} 00:00:00+00')
                """);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    /// <summary>Drops partitions that ended more than 13 months ago. They are known by their names, so nothing else can be hit.</summary>
    public static async Task DropOldAsync(NpgsqlDataSource source, string schema, DateTimeOffset now, CancellationToken ct)
    {
        var oldest = new DateOnly(now.UtcDateTime.Year, now.UtcDateTime.Month, 1).AddMonths(-MonthsKept);
        var names = new List<string>();
        await using (var command = source.CreateCommand($"""
            select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = '{schema}.event_log'::regclass and c.relname ~ '^event_log_[0-9]+$'
            """))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct)) names.Add(reader.GetString(0));
        }

        foreach (var name in names.Where(name => string.CompareOrdinal(name, $"event_log_{oldest:yyyyMM}") < 0))
        {
            await using var drop = source.CreateCommand($"drop table {schema}.{name}");
            await drop.ExecuteNonQueryAsync(ct);
        }
    }
}
