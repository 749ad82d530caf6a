using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Wir.Areas;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Imports;
using Wir.Monitor.Features.Indicators;
using Wir.Monitor.Numbers;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Seed;

/// <summary>How the made-up numbers of one indicator run.</summary>
/// <param name="Code">The indicator.</param>
/// <param name="Level">Its rate in the first year, in its own unit.</param>
/// <param name="Trend">Change per year.</param>
/// <param name="Gap">Distance of the second group from the first.</param>
/// <param name="Basis">Share of the residents who make up the denominator.</param>
internal sealed record DemoSeries(string Code, double Level, double Trend, double Gap, double Basis);

/// <summary>
/// Made-up numbers to try the monitor with, marked as such in every answer: counts per area, year, sex and group that add up from
/// municipality to district. The same in every installation.
/// </summary>
internal sealed class DemoNumbers(MonitorDb db, RunImport import, ReleaseVintage release, CodeLists lists, AreaRegister areas)
{
    private const int FirstYear = 2015;
    private const int LastYear = 2024;
    private const string By = "seed";
    private static readonly string[] s_above = ["DG", "06"];

    public async Task LoadAsync(IReadOnlyList<DemoSeries> all, CancellationToken ct)
    {
        foreach (var series in all)
        {
            var indicator = await db.Indicators.SingleAsync(candidate => candidate.Code == series.Code, ct);
            if (await db.Database.SqlQuery<int>($"select count(*)::int as \"Value\" from monitor.vintage where indicator = {series.Code}").SingleAsync(ct) > 0) continue;
            var file = Encoding.UTF8.GetBytes(FileOf(series, indicator.Content));
            var end = await import.RunAsync(new ImportOrder(Guid.CreateVersion7(), indicator, file, IsJson: false, DryRun: false, Replace: false, null, By, Demo: true, _ => true), ct);
            if (end.Faults.Count > 0) throw new InvalidOperationException($"Demo numbers of {series.Code}, line {end.Faults[0].Line}: {end.Faults[0].Detail.En}");
            await ReleaseAsync(end.Record, ct);
        }
    }

    private async Task ReleaseAsync(ImportRecord record, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (connection, inner) = ((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction());
        var outcome = await release.ReleaseAsync(
            connection, inner, record.Indicator, record.Vintage!.Value, record.Id, null, null, ct);
        if (!outcome.TryGet(out var at, out var problem)) throw new ProblemException(problem);
        await ImportStore.WriteAsync(connection, inner, record with { State = "released", Version = record.Version + 1, ReleasedBy = By, ReleasedAt = at, Findings = [] }, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    internal string FileOf(DemoSeries series, IndicatorContent content)
    {
        var factor = Units.Factor(content.Unit)!.Value;
        var sexes = content.Dimensions.Any(dimension => dimension.Id == "sex") ? new[] { "female", "male" } : ["total"];
        var groups = content.Dimensions.FirstOrDefault(dimension => dimension.Id == "group") is { } group
            ? lists.Lists[group.List].Categories.Select(category => category.Code).Where(code => code != "total").ToArray()
            : ["total"];
        var text = new StringBuilder($"area;{IndicatorView.PeriodDimension(content.Periodicity)};{(sexes.Length > 1 ? "sex;" : "")}{(groups.Length > 1 ? "group;" : "")}numerator;denominator\n");
        for (var year = FirstYear; year <= LastYear; year++)
        {
            var period = content.Periodicity == "school-year" ? $"{year}/{(year + 1) % 100:00}" : year.ToString(CultureInfo.InvariantCulture);
            foreach (var (area, parts) in AreasOf(content.LowestLevel, period))
            {
                var cells = parts.Select(part => CountsOf(series, part, year, factor, sexes, groups)).ToArray();
                Write(text, area, period, sexes, groups, (sex, one) => cells.Aggregate((N: 0L, D: 0L), (sum, cell) => (sum.N + cell[(sex, one)].N, sum.D + cell[(sex, one)].D)));
            }
        }

        return text.ToString();
    }

    /// <summary>Areas that have numbers, each with the areas that it is the sum of.</summary>
    private IEnumerable<(string Area, IReadOnlyList<Area> Parts)> AreasOf(string lowestLevel, string period)
    {
        var day = Periods.Days(period).First;
        foreach (var top in s_above.Select(areas.Find).OfType<Area>()) yield return (top.Key, [top]);
        if (lowestLevel == "land") yield break;
        foreach (var district in areas.All.Where(area => area.Level == AreaLevel.District && area.IsValidOn(day)))
        {
            var municipalities = areas.Municipalities(district.Key, day);
            yield return (district.Key, municipalities);
            if (lowestLevel != "municipality") continue;
            foreach (var municipality in municipalities) yield return (municipality.Key, [municipality]);
        }
    }

    private static Dictionary<(string Sex, string Group), (long N, long D)> CountsOf(DemoSeries series, Area area, int year, double factor, string[] sexes, string[] groups)
    {
        var counts = new Dictionary<(string, string), (long, long)>();
        for (var s = 0; s < sexes.Length; s++)
        {
            for (var g = 0; g < groups.Length; g++)
            {
                // The second group is a seventh of the residents.
                var share = (groups.Length == 1 ? 1 : g == 0 ? 6.0 / 7 : 1.0 / 7) / sexes.Length;
                var denominator = Math.Max(8, (long)Math.Round((area.Population?.Count ?? 5000) * series.Basis * share * (1 + (0.004 * (year - FirstYear)))));
                var noise = Noise($"{series.Code}{area.Key}{year}{s}{g}") + (3 * Noise($"{series.Code}{area.Key}"));
                var rate = series.Level + (series.Trend * (year - FirstYear)) + (g == 1 ? series.Gap : 0) + (s == 1 ? series.Level * 0.04 : 0) + (noise * series.Level * 0.03);
                counts[(sexes[s], groups[g])] = (Math.Clamp((long)Math.Round(denominator * rate / factor), 0, denominator), denominator);
            }
        }

        return counts;
    }

    private static void Write(StringBuilder text, string area, string period, string[] sexes, string[] groups, Func<string, string, (long N, long D)> counts)
    {
        foreach (var sex in sexes.Length > 1 ? [.. sexes, "total"] : sexes)
        {
            foreach (var group in groups.Length > 1 ? [.. groups, "total"] : groups)
            {
                var parts = (sex == "total" ? sexes : [sex]).SelectMany(s => (group == "total" ? groups : [group]).Select(g => counts(s, g))).ToArray();
                text.Append(CultureInfo.InvariantCulture, $"{area};{period};{(sexes.Length > 1 ? sex + ";" : "")}{(groups.Length > 1 ? group + ";" : "")}{parts.Sum(part => part.N)};{parts.Sum(part => part.D)}\n");
            }
        }
    }

    /// <summary>From −1 to 1, always the same for a text (FNV-1a).</summary>
    private static double Noise(string text)
    {
        var hash = 2166136261u;
        foreach (var sign in text) hash = unchecked((hash ^ sign) * 16777619u);
        return (hash % 2001 / 1000.0) - 1;
    }
}
