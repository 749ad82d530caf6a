using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Imports;
using Wir.Monitor.Features.Indicators;
using Wir.Monitor.Formulas;
using Wir.Monitor.Numbers;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Monitor.Features.Reading;

/// <summary>From the address to the chosen cells.</summary>
internal sealed class DataQuery(
    VintageStore store, AreaRegister areas, ComparisonAreas comparison, CodeLists lists, TimeProvider time, IServiceScopeFactory scopes, HeavyWork work)
{
    /// <summary>Cells that one request may have computed, those in between included; some tenths of a second.</summary>
    public const long MaxOperations = 2_000_000;

    /// <summary>The day whose territory counts as the current one.</summary>
    public NodaTime.LocalDate Today => time.Today();

    /// <summary>The numbers that are meant, before the choice of cells.</summary>
    public sealed record Source(VintageAbout About, Calculation Numbers, int? Vintage, DateTimeOffset? AsOf, string Fingerprint, bool IsDelta);

    /// <exception cref="ProblemException">The indicator or its numbers do not exist, or a parameter is wrong.</exception>
    public async Task<Source> FindAsync(HttpContext http, Caller caller, CancellationToken ct)
    {
        var query = http.Request.Query;
        var wanted = Single(query, "indicator") ?? throw new ProblemException(WithoutIndicator(query));
        var (asOf, number) = (Instant(query, "asOf"), VintageOf(query));
        if (!FormulaParser.IsCode(wanted))
        {
            var computed = await OfFormulaAsync(wanted, asOf, caller, TerritoryOf(query) == "current", ct);
            CheckNames(query, computed.Numbers);
            if (query.ContainsKey("updatedAfter")) throw new ProblemException(Query.Invalid("updatedAfter", new("Das geht nur für einen Indikator.", "This works for one indicator only.")));
            return computed;
        }

        var (source, cube) = await OfIndicatorAsync(wanted, asOf, number, caller, ct);
        CheckNames(query, source.Numbers);
        if (Instant(query, "updatedAfter") is { } after) source = await DeltaAsync(source, cube, wanted, after, ct);
        return source;
    }

    /// <exception cref="ProblemException">A parameter is wrong, there are too many cells, or too much is to be computed for them.</exception>
    public async Task<Table> SelectAsync(HttpContext http, Source source, long maxCells, CancellationToken ct)
    {
        var query = http.Request.Query;
        // A formula has its inputs on that territory already.
        if (TerritoryOf(query) == "current" && source is { Vintage: not null, Numbers: Published { Cube: var whole } })
        {
            source = source with { Numbers = await OnTerritoryAsync(source, whole, ct) };
        }

        var (about, dimensions) = (source.About, source.Numbers.Dimensions);
        var positions = dimensions.Select(dimension => PositionsOf(query, dimension, about)).ToArray();
        var rollups = Single(query, "rollup")?.Split(',') ?? [];
        if (Array.Find(rollups, id => !dimensions.Any(one => one.Id == id)) is { } unknown)
        {
            throw new ProblemException(Query.Invalid("rollup", new($"Nach „{unknown}“ ist nichts gegliedert.", $"Nothing is broken down by “{unknown}”.")));
        }

        var count = dimensions.Select((dimension, i) => rollups.Contains(dimension.Id) ? 1L : positions[i].Length).Aggregate(1L, (product, n) => product * n);
        if (count > maxCells)
        {
            throw new ProblemException(Problems.TooManyCells.With(
                new($"Gefragt sind {count} Zellen, höchstens {maxCells} gehen auf einmal. CSV (format=csv) hat keine Grenze.", $"{count} cells are asked for, at most {maxCells} are given at once. CSV (format=csv) has no limit."))
                .Add("asked", count).Add("limit", maxCells));
        }

        var cube = (source.Numbers as Published)?.Cube;
        if (cube is null || rollups.Length > 0)
        {
            cube = await ComputeAsync(source, positions, rollups, ct);
            positions = [.. cube.Dimensions.Select(dimension => dimension.AllPositions())];
        }

        return new Table(about, cube, positions)
        {
            Vintage = source.Vintage,
            AsOf = source.AsOf,
            Language = LanguageOf(http),
            Territory = TerritoryOf(query),
            Permalink = PermalinkOf(http, source),
            Comparison = comparison.RolesOf(Single(query, "area"), cube),
            WithCounts = OneOf(query, "counts", "false", "true") == "true",
            WithInterval = OneOf(query, "interval", "none", "wilson") == "wilson",
            IsDelta = source.IsDelta,
        };
    }

    /// <summary>All cells of a source; what has to be computed for them has the same budget.</summary>
    public async Task<Cube> AllAsync(Source source, CancellationToken ct) => source.Numbers is Published { Cube: var cube }
        ? cube
        : await ComputeAsync(source, [.. source.Numbers.Dimensions.Select(dimension => dimension.AllPositions())], [], ct);

    private async Task<Cube> ComputeAsync(Source source, int[][] positions, string[] rollups, CancellationToken ct)
    {
        var dimensions = source.Numbers.Dimensions;
        var choice = new Choice(dimensions.Select((dimension, i) => (dimension.Id, Codes: positions[i].Select(position => dimension.Codes[position]).ToHashSet(StringComparer.Ordinal)))
            .ToDictionary(one => one.Id, one => (IReadOnlySet<string>)one.Codes));
        var operations = source.Numbers.OperationsFor(choice) + (rollups.Length * choice.CellsOf(dimensions));
        if (operations > MaxOperations)
        {
            throw new ProblemException(Problems.TooMuchWork.With(
                new($"Dafür wären {operations} Zellen zu berechnen, höchstens {MaxOperations} gehen auf einmal. Eine engere Auswahl hilft.", $"{operations} cells would have to be computed for this, at most {MaxOperations} are at once. A narrower choice helps."))
                .Add("asked", operations).Add("limit", MaxOperations));
        }

        return await work.RunAsync(token =>
        {
            var cube = OrThrow(source.Numbers.Compute(choice, token));
            foreach (var dimension in rollups)
            {
                cube = OrThrow(CubeSums.Together(cube, dimension, cube.Dimension(dimension)!.AllPositions(), source.About.Unit, areas));
            }

            return cube;
        }, ct);
    }

    public static string LanguageOf(HttpContext http) =>
        http.Request.Query.ContainsKey("lang") ? OneOf(http.Request.Query, "lang", "de", "en") : CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en" ? "en" : "de";

    public int[] PositionsOf(IQueryCollection query, CubeDimension dimension, VintageAbout about)
    {
        var expression = Single(query, dimension.Id) ?? (dimension.Id is "year" or "period" ? Single(query, "year") ?? Single(query, "period") : null);
        if (expression is null) return dimension.AllPositions();
        var known = lists.Lists.Values.Where(list => dimension.Codes.All(code => list.Categories.Any(category => category.Code == code))).SelectMany(list => list.Categories).Select(category => category.Code).ToHashSet();
        return new Filter(dimension, areas, about.Periodicity, known, comparison).Select(expression);
    }

    private async Task<(Source Source, Cube Cube)> OfIndicatorAsync(
        string code, DateTimeOffset? asOf, int? number, Caller? caller, CancellationToken ct)
    {
        if (await store.ReadAsync(code, asOf, number, await OwnAsync(code, caller, ct), ct) is { } vintage)
        {
            // What is not public yet can be replaced under the same number, so nobody keeps it.
            var isPublic = vintage.VisibleAt <= time.GetUtcNow();
            var fingerprint = $"{code}/{vintage.Number}/{(isPublic ? vintage.VisibleAt!.Value.UtcTicks : Guid.CreateVersion7())}";
            return (new(vintage.About, new Published(vintage.Cube), vintage.Number, vintage.VisibleAt, fingerprint, false), vintage.Cube);
        }

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MonitorDb>();
        if (!await db.Indicators.AnyAsync(candidate => candidate.Code == code, ct)) throw new ProblemException(await IndicatorEndpoints.UnknownAsync(db, code, ct));
        throw new ProblemException(Problems.NoNumbers.With(new($"Zu {code} gibt es keine veröffentlichte Fassung, die dem entspricht.", $"There is no published vintage of {code} that answers this.")));
    }

    /// <summary>The areas of which the caller may write or approve numbers of an indicator; none for everybody else.</summary>
    private async Task<IReadOnlyList<string>> OwnAsync(string code, Caller? caller, CancellationToken ct)
    {
        if (caller is null || !(caller.Has(Scopes.MonitorWrite) || caller.Has(Scopes.MonitorApprove))) return [];
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MonitorDb>();
        return await db.Indicators.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.Code == code, ct) is { } found
            ? WriteRule.AreasOf(caller, areas, found.Content.Area)
            : [];
    }

    /// <summary>A formula in place of a code, to be computed from the public vintages.</summary>
    private async Task<Source> OfFormulaAsync(string text, DateTimeOffset? asOf, Caller caller, bool onCurrentTerritory, CancellationToken ct)
    {
        if (!FormulaParser.TryParse(text, out var formula, out var fault)) throw new ProblemException(Query.Invalid("indicator", fault));
        if (formula.Inputs().Count == 0) throw new ProblemException(Query.Invalid("indicator", new("Die Formel nennt keinen Indikator.", "The formula names no indicator.")));
        var (inputs, prints, latest) = (new Dictionary<string, (VintageAbout About, Calculation Numbers)>(), new List<string>(), DateTimeOffset.MinValue);
        foreach (var code in formula.Inputs())
        {
            var (input, cube) = await OfIndicatorAsync(code, asOf, null, caller, ct);
            inputs[code] = (input.About, onCurrentTerritory ? await OnTerritoryAsync(input, cube, ct) : input.Numbers);
            prints.Add(input.Fingerprint);
            if (input.AsOf > latest) latest = input.AsOf.Value;
        }

        var numbers = OrThrow(Computed.Of(formula, inputs));
        var all = inputs.Values.Select(input => input.About).ToArray();
        var about = all[0] with
        {
            Code = text,
            Name = new(text, text),
            Unit = "value",
            UnitName = new("Wert der Formel", "Value of the formula"),
            Breaks = FormulaEvaluator.BreaksOf(formula, code => inputs[code].About),
            Dimensions = [.. all.SelectMany(one => one.Dimensions).DistinctBy(one => one.Id).Where(one => numbers.Dimensions.Any(dimension => dimension.Id == one.Id))],
            Demo = all.Any(one => one.Demo),
        };
        return new(about, numbers, null, latest, string.Join(';', prints), false);
    }

    /// <summary>
    /// The numbers on today's territory. Counts are added up; what was computed by a formula is computed anew from its inputs on that territory,
    /// as they were when the vintage became visible, since a difference or an index cannot be added up.
    /// </summary>
    private async Task<Calculation> OnTerritoryAsync(Source source, Cube cube, CancellationToken ct)
    {
        var about = source.About;
        var axis = cube.Dimensions[cube.IndexOfDimension("area")];
        if (CubeSums.OnTerritory(axis, areas, Today) == axis) return new Published(cube);
        if (source.IsDelta || source.AsOf is not { } instant || about.Formula is not { } text || !FormulaParser.TryParse(text, out var formula, out _))
        {
            return new OnTerritory(cube, about.Unit, areas, Today);
        }

        var inputs = new Dictionary<string, (VintageAbout, Calculation)>();
        foreach (var code in formula.Inputs())
        {
            var (input, own) = await OfIndicatorAsync(code, instant, null, null, ct);
            inputs[code] = (input.About, await OnTerritoryAsync(input, own, ct));
        }

        return OrThrow(Projected.Of(OrThrow(Computed.Of(formula, inputs)), [.. cube.Dimensions.Select(dimension => dimension.Id)], about.Unit));
    }

    /// <summary>What changed since an instant, what exists no more included.</summary>
    private async Task<Source> DeltaAsync(Source source, Cube cube, string code, DateTimeOffset after, CancellationToken ct)
    {
        var before = await store.ReadAsync(code, after, null, [], ct);
        if (before is null) return source with { Fingerprint = source.Fingerprint + "/delta-all", IsDelta = true };
        var dimensions = cube.Dimensions.Select(dimension =>
        {
            var gone = before.Cube.Dimension(dimension.Id)!.Codes.Where(one => dimension.PositionOf(one) < 0).ToArray();
            return gone.Length == 0 ? dimension : new CubeDimension(dimension.Id, [.. dimension.Codes, .. gone]);
        }).ToArray();
        var delta = new Cube(dimensions, cube.Numerators is not null);
        foreach (var change in CubeMerge.Changes(before.Cube, cube))
        {
            var index = delta.IndexOf([.. change.Codes.Select((one, i) => dimensions[i].PositionOf(one))]);
            delta[index] = change.New.Status == ObservationStatus.Absent ? Cell.Of(ObservationStatus.Deleted) : change.New;
        }

        return source with { Numbers = new Published(delta), Fingerprint = $"{source.Fingerprint}/since {before.Number}", IsDelta = true };
    }

    private static void CheckNames(IQueryCollection query, Calculation numbers)
    {
        string[] known = [.. Selection.Parameters, .. numbers.Dimensions.Select(dimension => dimension.Id)];
        Fault[] faults = [.. query.Keys.Where(name => !known.Contains(name)).Select(name => Unknown(name, known))];
        if (faults.Length > 0) throw new ProblemException(UnknownNames(faults));
    }

    /// <summary>Which breakdowns there are says the indicator; without one only what looks like a misspelt parameter is known to be wrong.</summary>
    private static ProblemCase WithoutIndicator(IQueryCollection query)
    {
        var missing = new Fault("?indicator", CommonProblems.Faults.MissingParameter, new("Erwartet wird ein Code wie E03.", "A code such as E03 is expected."));
        Fault[] misspelt = [.. query.Keys.Where(name => !Selection.Parameters.Contains(name) && Nearest.Of(name, Selection.Parameters) is not null).Select(name => Unknown(name, Selection.Parameters))];
        return misspelt.Length > 0
            ? UnknownNames([.. misspelt, missing])
            : CommonProblems.InvalidParameter.With(new("Der Parameter „indicator“ fehlt.", "The parameter “indicator” is missing."), missing);
    }

    private static Fault Unknown(string name, string[] known)
    {
        var hint = Nearest.Hint(name, known);
        return new($"?{name}", CommonProblems.Faults.UnknownParameter, new($"Der Parameter „{name}“ ist hier unbekannt.{hint.De}", $"The parameter “{name}” is not known here.{hint.En}"));
    }

    private static ProblemCase UnknownNames(Fault[] faults) =>
        CommonProblems.UnknownParameter.With(new("Die Adresse enthält Parameter, die es hier nicht gibt.", "The address holds parameters that do not exist here."), faults);

    private static string? Single(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var values)) return null;
        if (values.Count != 1 || values[0] is not { Length: > 0 } value || value.Contains('\0', StringComparison.Ordinal))
        {
            throw new ProblemException(Query.Invalid(name, new("Der Parameter steht genau einmal da und ist nicht leer.", "The parameter is given exactly once and is not empty.")));
        }

        return value;
    }

    private static string OneOf(IQueryCollection query, string name, params string[] allowed)
    {
        if (Single(query, name) is not { } value) return allowed[0];
        return allowed.Contains(value) ? value : throw new ProblemException(Query.Invalid(name, new($"Erlaubt ist: {string.Join(", ", allowed)}.", $"Allowed is: {string.Join(", ", allowed)}.")));
    }

    private static string TerritoryOf(IQueryCollection query) => OneOf(query, "territory", "asPublished", "current");

    private static DateTimeOffset? Instant(IQueryCollection query, string name)
    {
        if (Single(query, name) is not { } value) return null;
        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUniversalTime()
            : throw new ProblemException(Query.Invalid(name, new("Erwartet wird ein Zeitpunkt wie 2026-05-31T08:00:00Z.", "An instant like 2026-05-31T08:00:00Z is expected.")));
    }

    private static int? VintageOf(IQueryCollection query)
    {
        if (Single(query, "vintage") is not { } value || value == "latest") return null;
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new ProblemException(Query.Invalid("vintage", new("Erwartet wird eine Nummer oder „latest“.", "A number or “latest” is expected.")));
    }

    /// <summary>The same question, bound to the vintage, or for a formula to the instant of its latest input; the same for whatever way led to it.</summary>
    private static string PermalinkOf(HttpContext http, Source source)
    {
        var pairs = http.Request.Query.Where(pair => pair.Key is not ("vintage" or "asOf" or "format" or "lang")).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()));
        pairs = pairs.Append(source.Vintage is { } number
            ? KeyValuePair.Create("vintage", number.ToString(CultureInfo.InvariantCulture))
            : KeyValuePair.Create("asOf", source.AsOf!.Value.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)));
        return $"{MonitorApp.Prefix}/data{new QueryBuilder(pairs)}";
    }

    private static T OrThrow<T>(Outcome<T> outcome) => outcome.TryGet(out var value, out var problem) ? value : throw new ProblemException(problem);
}
