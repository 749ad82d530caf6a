using Npgsql;

namespace Wir.Messaging.Storage;

/// <summary>Monthly partitions of the event log: made ahead, and dropped when their 13 months are over.</summary>
internal static class Partitions
{
    public const int MonthsKept = 13;
    private const int MonthsAhead = 3;

    public static Task EnsureAsync(NpgsqlDataSource source, string schema, DateTimeOffset now, CancellationToken ct) =>
        CallAsync(source, $"select {schema}.make_event_partitions($1, {MonthsAhead})", FirstOfMonth(now), ct);

    /// <summary>Drops partitions that ended more than 13 months ago.</summary>
    public static Task DropOldAsync(NpgsqlDataSource source, string schema, DateTimeOffset now, CancellationToken ct) =>
        CallAsync(source, $"select {schema}.drop_event_partitions($1)", FirstOfMonth(now).AddMonths(-MonthsKept), ct);

    private static DateOnly FirstOfMonth(DateTimeOffset now) => new(now.UtcDateTime.Year, now.UtcDateTime.Month, 1);

    private static async Task CallAsync(NpgsqlDataSource source, string sql, DateOnly month, CancellationToken ct)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = month });
        await command.ExecuteNonQueryAsync(ct);
    }
}
