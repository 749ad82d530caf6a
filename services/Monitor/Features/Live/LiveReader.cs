using Npgsql;
using NodaTime;
using Wir.Areas;

namespace Wir.Monitor.Features.Live;

/// <summary>What the live counters say about an area at this moment.</summary>
/// <param name="Code">The indicator.</param>
/// <param name="Area">The area that was counted, with all below it.</param>
/// <param name="Period">Calendar year in Berlin; null for a state of today.</param>
/// <param name="Unit">Of <paramref name="Value"/>.</param>
/// <param name="Value">The indicator; null when nothing can be said yet.</param>
/// <param name="Numerator">What was counted.</param>
/// <param name="Denominator">What it is compared with; null when that is not known.</param>
/// <param name="P90">For durations: nine of ten took no longer.</param>
/// <param name="Open">For durations: how many still wait.</param>
/// <param name="AsOf">When it was read.</param>
public sealed record LiveValue(
    string Code, string Area, string? Period, string Unit, double? Value, long Numerator, long? Denominator,
        double? P90, long? Open, DateTimeOffset AsOf)
{
    /// <summary>Something of what was counted is made up for demonstration.</summary>
    public bool Demo { get; init; }
}

/// <summary>Reads the counters that <see cref="Messaging.LiveCounters"/> keeps.</summary>
public sealed class LiveReader(NpgsqlDataSource source, AreaKeys keys, AreaRegister areas, TimeProvider time)
{
    public static IReadOnlyList<string> Codes { get; } = ["K01", "K03", "K05", "K06"];

    public async Task<LiveValue> ReadAsync(string code, Area area, CancellationToken ct) => code switch
    {
        "K01" => await AssociationsAsync(area, ct),
        "K03" => await DurationsAsync(area, ct),
        "K05" => await PackagesAsync(area, ct),
        "K06" => await WantedLanguageAsync(area, ct),
        _ => throw new ArgumentOutOfRangeException(nameof(code)),
    };

    private async Task<LiveValue> AssociationsAsync(Area area, CancellationToken ct)
    {
        await using var command = Command("""
            select count(*), coalesce(bool_or(demo), false) from monitor.live_association
            where published and area = any(@areas)
            """, area);
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        var active = row.GetInt64(0);
        var residents = areas.PopulationOn(area.Key, keys.Today)?.Count;
        return new("K01", area.Key, null, "per-mille", residents > 0 ? 1000.0 * active / residents : null, active,
            residents, null, null, time.GetUtcNow())
        {
            Demo = row.GetBoolean(1),
        };
    }

    /// <summary>Days are days of Berlin: from noon to noon is one day, also in the night in which the clock changes.</summary>
    private async Task<LiveValue> DurationsAsync(Area area, CancellationToken ct)
    {
        await using var command = Command("""
            with case_ as (
                select reviewed_at is null as open, outcome,
                    extract(epoch from (reviewed_at at time zone 'Europe/Berlin') - (submitted_at at time zone 'Europe/Berlin')) / 86400.0 as days
                from monitor.live_submission where area = any(@areas) and (reviewed_at is null or reviewed_at >= @from))
            select count(*) filter (where outcome = 'approved'), count(*) filter (where open),
                (percentile_cont(0.5) within group (order by days) filter (where outcome = 'approved'))::float8,
                (percentile_cont(0.9) within group (order by days) filter (where outcome = 'approved'))::float8
            from case_
            """, area);
        command.Parameters.AddWithValue("from", YearStart.StartInBerlin());
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return new("K03", area.Key, Year, "days", row.IsDBNull(2) ? null : row.GetDouble(2), row.GetInt64(0), null,
            row.IsDBNull(3) ? null : row.GetDouble(3), row.GetInt64(1), time.GetUtcNow());
    }

    private async Task<LiveValue> PackagesAsync(Area area, CancellationToken ct)
    {
        var (issued, _) = await IssuedAsync(area, ct);
        return new("K05", area.Key, Year, "count", issued, issued, null, null, null, time.GetUtcNow());
    }

    private async Task<LiveValue> WantedLanguageAsync(Area area, CancellationToken ct)
    {
        var (issued, wanted) = await IssuedAsync(area, ct);
        return new("K06", area.Key, Year, "percent", issued > 0 ? 100.0 * wanted / issued : null, wanted, issued, null, null, time.GetUtcNow());
    }

    private async Task<(long Issued, long InWanted)> IssuedAsync(Area area, CancellationToken ct)
    {
        await using var command = Command("""
            select coalesce(sum(issued), 0)::bigint, coalesce(sum(issued) filter (where language = wanted_language), 0)::bigint
            from monitor.live_package where area = any(@areas) and month >= @from
            """, area);
        command.Parameters.AddWithValue("from", YearStart.ToDateOnly());
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return (row.GetInt64(0), row.GetInt64(1));
    }

    private LocalDate YearStart => new(keys.Today.Year, 1, 1);

    private string Year => keys.Today.Year.ToString("0000", System.Globalization.CultureInfo.InvariantCulture);

    private NpgsqlCommand Command(string sql, Area area)
    {
        var command = source.CreateCommand(sql);
        command.Parameters.AddWithValue("areas", keys.Of(area));
        return command;
    }
}
