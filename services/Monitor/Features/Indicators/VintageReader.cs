using Npgsql;

namespace Wir.Monitor.Features.Indicators;

/// <param name="Number">1, 2, 3 … per indicator.</param>
/// <param name="VisibleAt">From when on everybody sees it.</param>
/// <param name="Demo">True when any of its numbers is made up for demonstration.</param>
public readonly record struct CurrentVintage(int Number, DateTimeOffset VisibleAt, bool Demo);

/// <summary>Which vintage of an indicator is the public one at this moment.</summary>
public sealed class VintageReader(NpgsqlDataSource source, TimeProvider time)
{
    public async Task<IReadOnlyDictionary<string, CurrentVintage>> CurrentAsync(CancellationToken ct)
    {
        var current = new Dictionary<string, CurrentVintage>();
        await using var command = source.CreateCommand(
            "select distinct on (indicator) indicator, number, visible_at, demo from monitor.vintage where visible_at <= @now order by indicator, number desc");
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct)) current[rows.GetString(0)] = new(rows.GetInt32(1), rows.GetFieldValue<DateTimeOffset>(2), rows.GetBoolean(3));
        return current;
    }
}
