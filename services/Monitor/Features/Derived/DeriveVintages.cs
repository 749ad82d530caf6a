using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using Wir.Areas;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Imports;
using Wir.Monitor.Formulas;
using Wir.Monitor.Numbers;

namespace Wir.Monitor.Features.Derived;

/// <summary>Computes the indicators that follow from others, in the transaction in which those change.</summary>
internal sealed class DeriveVintages(MonitorDb db, CodeLists lists, AreaRegister areas, TimeProvider time)
{
    /// <summary>
    /// Everything that follows from one indicator, directly or over others: what becomes visible at the same instant. Until then those
    /// see it who see the numbers of the import that it follows from.
    /// </summary>
    public async Task<IReadOnlyList<(string Code, int Number)>> FromAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string indicator, DateTimeOffset visibleAt, Guid? import, CancellationToken ct)
    {
        var made = new List<(string, int)>();
        foreach (var (derived, formula) in Order(await FormulasAsync(ct), indicator))
        {
            if (await OneAsync(connection, transaction, derived, formula, visibleAt, import, ct) is { } number) made.Add((derived.Code, number));
        }

        return made;
    }

    /// <summary>One derived indicator from an instant on; null when nothing changes at that instant.</summary>
    public async Task<int?> OneAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Indicator derived, Formula formula, DateTimeOffset visibleAt, Guid? import, CancellationToken ct)
    {
        await RunImport.LockAsync(connection, transaction, derived.Code, ct);
        // What was computed ahead for the end of an embargo does not know this change yet: nobody has seen it, so it is computed anew.
        var later = await WithdrawAsync(connection, transaction, derived.Code, formula, visibleAt, ct);
        var number = await ComputeAsync(connection, transaction, derived, formula, visibleAt, import, ct);
        // At those instants it follows from the numbers of others, which nobody sees before.
        foreach (var instant in later) await ComputeAsync(connection, transaction, derived, formula, instant, null, ct);
        return number;
    }

    /// <summary>Takes back vintages that are not visible yet; answers at which later instants an input changes.</summary>
    private static async Task<List<DateTimeOffset>> WithdrawAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string derived, Formula formula, DateTimeOffset after, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            with withdrawn as (update monitor.vintage set visible_at = null where indicator = @derived and visible_at > @after)
            select distinct visible_at from monitor.vintage where indicator = any(@inputs) and visible_at > @after order by 1
            """, connection, transaction);
        command.Parameters.AddWithValue("derived", derived);
        command.Parameters.AddWithValue("inputs", formula.Inputs().ToArray());
        command.Parameters.AddWithValue("after", NpgsqlDbType.TimestampTz, after.UtcDateTime);
        var instants = new List<DateTimeOffset>();
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct)) instants.Add(row.GetFieldValue<DateTimeOffset>(0));
        return instants;
    }

    private async Task<int?> ComputeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Indicator derived, Formula formula, DateTimeOffset visibleAt, Guid? import, CancellationToken ct)
    {
        var inputs = new Dictionary<string, (VintageAbout About, Cube Cube)>();
        foreach (var code in formula.Inputs())
        {
            if (await LatestAsync(connection, transaction, code, visibleAt, ct) is not { } latest) return null;
            inputs[code] = (await VintageStore.ReadSlabAsync(connection, transaction, code, latest.Number, ct))!.Value;
        }

        if (!new FormulaEvaluator(inputs).Evaluate(formula).TryGet(out var result, out _) || Project(result, DimensionsOf(derived.Content), derived.Content.Unit) is not { } cube) return null;
        var before = await LatestAsync(connection, transaction, derived.Code, DateTimeOffset.MaxValue, ct);
        var hash = Slab.Hash(cube);
        if (before is { } last && last.Hash.AsSpan().SequenceEqual(hash)) return null;
        var about = VintageAbout.Of(derived.Code, derived.Content, cube, lists, areas, inputs.Values.Any(input => input.About.Demo));
        var number = await NextNumberAsync(connection, transaction, derived.Code, ct);
        await VintageStore.InsertAsync(connection, transaction, new Vintage(number, visibleAt, about, cube), hash, import, time.GetUtcNow(), ct);
        return number;
    }

    /// <summary>Formulas of the catalogue that can be read; those that cannot are refused when they are put.</summary>
    private async Task<List<(Indicator Indicator, Formula Formula)>> FormulasAsync(CancellationToken ct)
    {
        var found = new List<(Indicator, Formula)>();
        foreach (var indicator in await db.Indicators.AsNoTracking().ToListAsync(ct))
        {
            if (indicator.Content.Formula is { } text && FormulaParser.TryParse(text, out var formula, out _)) found.Add((indicator, formula));
        }

        return found;
    }

    /// <summary>Inputs before what follows from them. There are no cycles: they are refused when a formula is put.</summary>
    private static List<(Indicator Indicator, Formula Formula)> Order(List<(Indicator Indicator, Formula Formula)> all, string changed)
    {
        var affected = new HashSet<string> { changed };
        while (all.FirstOrDefault(row => !affected.Contains(row.Indicator.Code) && row.Formula.Inputs().Overlaps(affected)) is { Indicator: { } next }) affected.Add(next.Code);
        var waiting = all.Where(row => affected.Contains(row.Indicator.Code) && row.Indicator.Code != changed).OrderBy(row => row.Indicator.Code, StringComparer.Ordinal).ToList();
        var ordered = new List<(Indicator, Formula)>();
        while (waiting.FirstOrDefault(row => !row.Formula.Inputs().Overlaps(waiting.Select(other => other.Indicator.Code))) is { Indicator: not null } ready)
        {
            ordered.Add(ready);
            waiting.Remove(ready);
        }

        return ordered;
    }

    private static string[] DimensionsOf(IndicatorContent content) =>
        ["area", Indicators.IndicatorView.PeriodDimension(content.Periodicity), .. content.Dimensions.Select(dimension => dimension.Id)];

    /// <summary>The result in the dimensions that are wanted; of others the total counts. Null when one is missing.</summary>
    internal static Cube? Project(Cube result, string[] wanted, string unit)
    {
        if (wanted.Any(id => result.Dimension(id) is null)) return null;
        var offset = 0;
        for (var i = 0; i < result.Dimensions.Count; i++)
        {
            if (wanted.Contains(result.Dimensions[i].Id)) continue;
            var total = result.Dimensions[i].PositionOf("total");
            if (total < 0) return null;
            offset += total * result.Strides[i];
        }

        var cube = new Cube([.. wanted.Select(id => result.Dimension(id)!)], withCounts: result.Numerators is not null);
        var strides = wanted.Select(id => result.Strides[result.IndexOfDimension(id)]).ToArray();
        for (var index = 0; index < cube.Size; index++)
        {
            var target = offset;
            for (var i = 0; i < strides.Length; i++) target += cube.PositionIn(i, index) * strides[i];
            cube[index] = result[target];
        }

        return IsRateOfCounts(cube, unit) ? cube : WithoutCounts(cube);
    }

    /// <summary>Sums are computed from the counts and the unit, so the formula has to mean the same.</summary>
    private static bool IsRateOfCounts(Cube cube, string unit) => cube.Numerators is null || (Units.Factor(unit) is { } factor && Enumerable.Range(0, cube.Size)
        .All(index => cube[index] is not { HasValue: true, HasCounts: true } cell || Math.Abs(cell.Value - (factor * cell.Numerator / cell.Denominator)) <= 1e-9 * Math.Max(1, Math.Abs(cell.Value))));

    private static Cube WithoutCounts(Cube cube)
    {
        var plain = new Cube(cube.Dimensions, withCounts: false);
        cube.Values.CopyTo(plain.Values, 0);
        cube.Status.CopyTo(plain.Status, 0);
        return plain;
    }

    /// <summary>Numbers of withdrawn vintages are not given again.</summary>
    private static async Task<int> NextNumberAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string indicator, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select coalesce(max(number), 0) + 1 from monitor.vintage where indicator = @indicator", connection, transaction);
        command.Parameters.AddWithValue("indicator", indicator);
        return (int)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<(int Number, byte[] Hash)?> LatestAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string indicator, DateTimeOffset until, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select number, content_hash from monitor.vintage where indicator = @indicator and visible_at <= @until order by number desc limit 1", connection, transaction);
        command.Parameters.AddWithValue("indicator", indicator);
        command.Parameters.AddWithValue("until", NpgsqlDbType.TimestampTz, until.UtcDateTime);
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? (row.GetInt32(0), row.GetFieldValue<byte[]>(1)) : null;
    }
}
