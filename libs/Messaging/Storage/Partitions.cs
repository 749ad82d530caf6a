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
}
