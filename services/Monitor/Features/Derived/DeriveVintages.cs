using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Wir.Areas;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Imports;
using Wir.Monitor.Formulas;
using Wir.Monitor.Numbers;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Features.Derived;

/// <summary>What the numbers of a described indicator would be.</summary>
/// <param name="Base">The released vintage that it is measured against; 0 when there is none.</param>
/// <param name="Before">Its numbers.</param>
/// <param name="About">What is shown beside the new numbers.</param>
/// <param name="Cube">The new numbers.</param>
internal sealed record Preview(int Base, Cube? Before, VintageAbout About, Cube Cube);

/// <summary>Computes the indicators that follow from others, in the transaction in which those change.</summary>
internal sealed partial class DeriveVintages(MonitorDb db, CodeLists lists, AreaRegister areas, TimeProvider time,
    IOptions<MonitorOptions> options, ILogger<DeriveVintages> logger)
{
    /// <summary>
    /// Everything that follows from one indicator, directly or over others: what becomes visible at the same instant. Until then those
    /// see it who see the numbers of the import that it follows from.
    /// </summary>
    public async Task<IReadOnlyList<(string Code, int Number)>> FromAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string indicator, DateTimeOffset visibleAt, Guid? import, CancellationToken ct)
    {
        var made = new List<(string, int)>();
        var computed = (await Methods.AllAsync(db, connection, transaction, ct)).Where(one => one.IsComputed).ToList();
        foreach (var derived in Order(computed, indicator))
        {
            var number = await OneAsync(connection, transaction, derived, visibleAt, import, ct);
            if (number is { } one) made.Add((derived.Code, one));
        }

        return made;
    }

    /// <summary>One derived indicator from an instant on; null when nothing changes at that instant.</summary>
    public async Task<int?> OneAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Methods derived, DateTimeOffset visibleAt,
        Guid? import, CancellationToken ct)
    {
        await RunImport.LockAsync(connection, transaction, derived.Code, ct);
        // What was computed ahead for the end of an embargo does not know this change yet: nobody has seen it, so it is computed anew.
        var later = await WithdrawAsync(connection, transaction, derived, visibleAt, ct);
        // What is measured before its first formula stays as it was released.
        var begins = derived.ComputedFrom ?? DateTimeOffset.MaxValue;
        var number = await ComputeAsync(connection, transaction, derived, visibleAt, import, ct);
        // At those instants it follows from the numbers of others, or from a method, which nobody sees before.
        foreach (var instant in later.Union(derived.All.Select(method => method.From).Where(from => from > visibleAt))
            .Where(instant => instant >= begins).Order())
        {
            await ComputeAsync(connection, transaction, derived, instant, derived.BeginningAt(instant)?.Draft, ct);
        }

        return number;
    }

    /// <summary>What the numbers would be if the indicator were described like this; nothing is written.</summary>
    public async Task<Outcome<Preview>> PreviewAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Methods methods, IndicatorContent content,
        CancellationToken ct)
    {
        // What is measured goes on from the last release, be it under embargo; what is computed, from what can be seen.
        var until = methods.IsComputed || content.Formula is not null ? time.GetUtcNow() : DateTimeOffset.MaxValue;
        var method = new Method(until, null, content);
        var outcome = await NumbersAsync(connection, transaction, methods.Code, method, until, ct);
        if (!outcome.TryGet(out var numbers, out var problem)) return problem;
        var latest = await LatestAsync(connection, transaction, methods.Code, until, ct);
        var before = latest is { } known
            ? await VintageStore.ReadSlabAsync(connection, transaction, methods.Code, known.Number, ct)
            : null;
        return new Preview(latest?.Number ?? 0, before?.Cube, numbers.About, numbers.Cube);
    }

    /// <summary>The problem that a formula would compute too much over what is released, be it under embargo; nothing
    /// is computed for the answer.</summary>
    public async Task<ProblemCase?> ExcessAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string text, CancellationToken ct)
    {
        if (!FormulaParser.TryParse(text, out var formula, out _)) return null;
        var dimensions = new Dictionary<string, IReadOnlyList<CubeDimension>>();
        foreach (var input in formula.Inputs())
        {
            var latest = await LatestAsync(connection, transaction, input, DateTimeOffset.MaxValue, ct);
            if (latest is not { } known) return null;
            var about = await VintageStore.ReadAboutAsync(connection, transaction, input, known.Number, ct);
            dimensions[input] =
                [.. about.Dimensions.Select(one => new CubeDimension(one.Id, [.. one.Categories.Keys]))];
        }

        return Excess(formula, input => dimensions[input]);
    }

    /// <summary>
    /// Takes back what was computed and is not visible yet; answers at which later instants an input changes. Numbers of
    /// files, and those before the first formula, were released by two people and stay.
    /// </summary>
    private static async Task<List<DateTimeOffset>> WithdrawAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Methods derived, DateTimeOffset after,
        CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            with withdrawn as (
                update monitor.vintage v set visible_at = null
                where v.indicator = @derived and v.visible_at > @after and v.visible_at >= @computed
                    and not exists (select 1 from monitor.import i where i.id = v.import_id
                        and i.indicator = v.indicator and jsonb_typeof(i.record->'changes') is distinct from 'object'))
            select distinct visible_at from monitor.vintage where indicator = any(@inputs) and visible_at > @after order by 1
            """, connection, transaction);
        command.Parameters.AddWithValue("derived", derived.Code);
        command.Parameters.AddWithValue("inputs", derived.Inputs.ToArray());
        command.Parameters.AddWithValue("after", NpgsqlDbType.TimestampTz, after.UtcDateTime);
        command.Parameters.AddWithValue("computed", NpgsqlDbType.TimestampTz,
            (derived.ComputedFrom ?? DateTimeOffset.MaxValue).UtcDateTime);
        var instants = new List<DateTimeOffset>();
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct)) instants.Add(row.GetFieldValue<DateTimeOffset>(0));
        return instants;
    }

    private async Task<int?> ComputeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Methods derived, DateTimeOffset visibleAt,
        Guid? import, CancellationToken ct)
    {
        var method = derived.At(visibleAt);
        var begins = method.From == visibleAt;
        if (method.Formula is null && !begins) return null;
        var outcome = await NumbersAsync(connection, transaction, derived.Code, method, visibleAt, ct);
        if (!outcome.TryGet(out var numbers, out var problem))
        {
            if (problem.Extensions.ContainsKey("limit")) Log.TooMuch(logger, derived.Code);
            return null;
        }

        var before = await LatestAsync(connection, transaction, derived.Code, DateTimeOffset.MaxValue, ct);
        var hash = Slab.Hash(numbers.Cube);
        // Another method is another vintage, even where the numbers are the same.
        if (!begins && before is { } last && last.Hash.AsSpan().SequenceEqual(hash)) return null;
        var number = await VintageStore.NextNumberAsync(connection, transaction, derived.Code, ct);
        await VintageStore.InsertAsync(connection, transaction,
            new Vintage(number, visibleAt, numbers.About, numbers.Cube), hash, import, time.GetUtcNow(), ct);
        return number;
    }

    /// <summary>The numbers by a method at an instant: computed, or those of before in the unit that is
    /// described.</summary>
    private async Task<Outcome<(VintageAbout About, Cube Cube)>> NumbersAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string code, Method method, DateTimeOffset at,
        CancellationToken ct)
    {
        var inputs = new Dictionary<string, (VintageAbout About, Cube Cube)>();
        var used = new Dictionary<string, int>();
        foreach (var input in method.Formula?.Inputs() ?? new HashSet<string> { code })
        {
            if (await LatestAsync(connection, transaction, input, at, ct) is not { } latest)
            {
                return FormulaEvaluator.Invalid(
                    new($"Für {input} ist noch nichts freigegeben.", $"Nothing is released for {input} yet."));
            }

            inputs[input] = (await VintageStore.ReadSlabAsync(connection, transaction, input, latest.Number,
                ct))!.Value;
            foreach (var (known, number) in inputs[input].About.Inputs
                .Append(KeyValuePair.Create(input, latest.Number)))
            {
                used[known] = Math.Max(number, used.GetValueOrDefault(known));
            }
        }

        Cube? cube;
        var unit = method.Content.Unit;
        if (method.Formula is null) cube = CubeUnits.Convert(inputs[code].Cube, inputs[code].About.Unit, unit);
        else if (Excess(method.Formula, input => inputs[input].Cube.Dimensions) is { } excess) return excess;
        else if (!new FormulaEvaluator(inputs, ct).Evaluate(method.Formula)
            .TryGet(out var result, out var no)) return no;
        else if ((cube = Project(result, DimensionsOf(method.Content), unit)) is null)
        {
            return FormulaEvaluator.Invalid(new("Das Ergebnis hat nicht die Gliederung des Indikators.",
                "The result does not have the breakdown of the indicator."));
        }

        var demo = inputs.Values.Any(input => input.About.Demo);
        return (VintageAbout.Of(code, method.Content, cube, lists, areas, demo) with { Inputs = used }, cube);
    }

    /// <summary>Null also for a formula that cannot be computed at all: that is told where it is.</summary>
    private ProblemCase? Excess(Formula formula, Func<string, IReadOnlyList<CubeDimension>> inputs)
    {
        var limit = options.Value.FormulaOperations;
        if (!FormulaPlan.Of(formula, inputs).TryGet(out var plan, out _) || plan.Operations <= limit) return null;
        return FormulaEvaluator.Invalid(new(
            $"Dafür wären {plan.Operations} Zellen zu berechnen, höchstens {limit} gehen. Eine kürzere Formel hilft.",
            $"{plan.Operations} cells would have to be computed for it, at most {limit} are. A shorter formula helps."))
            .Add("asked", plan.Operations).Add("limit", limit);
    }

    /// <summary>Inputs before what follows from them. There are no cycles: they are refused when a formula is put.</summary>
    private static List<Methods> Order(List<Methods> all, string changed)
    {
        var affected = new HashSet<string> { changed };
        while (all.FirstOrDefault(row => !affected.Contains(row.Code) && row.Inputs.Overlaps(affected)) is { } next)
        {
            affected.Add(next.Code);
        }

        var waiting = all.Where(row => affected.Contains(row.Code) && row.Code != changed)
            .OrderBy(row => row.Code, StringComparer.Ordinal).ToList();
        var ordered = new List<Methods>();
        while (waiting.FirstOrDefault(row => !row.Inputs.Overlaps(waiting.Select(other => other.Code))) is { } ready)
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

    private static partial class Log
    {
        [LoggerMessage(3002, LogLevel.Warning,
            "{Indicator} has no new numbers: its inputs have grown beyond what its formula may compute")]
        public static partial void TooMuch(ILogger logger, string indicator);
    }
}
