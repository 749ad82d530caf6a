using Wir.Areas;
using Wir.Monitor.Features.Derived;
using Wir.Monitor.Formulas;
using Wir.Monitor.Numbers;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Features.Reading;

/// <summary>Chosen categories by dimension; a dimension that is not named counts whole.</summary>
internal sealed class Choice(IReadOnlyDictionary<string, IReadOnlySet<string>> codes)
{
    public static readonly Choice Everything = new(new Dictionary<string, IReadOnlySet<string>>());

    public Choice Without(IReadOnlySet<string> dimensions) =>
        new(codes.Where(pair => !dimensions.Contains(pair.Key)).ToDictionary());

    public CubeDimension Of(CubeDimension dimension) => codes.TryGetValue(dimension.Id, out var chosen) && !dimension.Codes.All(chosen.Contains)
        ? new CubeDimension(dimension.Id, [.. dimension.Codes.Where(chosen.Contains)])
        : dimension;

    /// <summary>The chosen part of a cube; the cube itself when that is all of it.</summary>
    public Cube Of(Cube cube)
    {
        CubeDimension[] dimensions = [.. cube.Dimensions.Select(Of)];
        return dimensions.SequenceEqual(cube.Dimensions) ? cube : cube.Part(dimensions);
    }

    public long CellsOf(IEnumerable<CubeDimension> dimensions) => dimensions.Aggregate(1L, (product, dimension) => product * Of(dimension).Count);
}

/// <summary>
/// Numbers that may have yet to be computed: what they look like and what a choice of them costs is known before, and only what is
/// chosen is computed.
/// </summary>
internal abstract class Calculation
{
    public abstract IReadOnlyList<CubeDimension> Dimensions { get; }

    /// <summary>Cells that are computed for a choice, those in between included.</summary>
    public abstract long OperationsFor(Choice choice);

    /// <summary>The chosen part.</summary>
    public abstract Outcome<Cube> Compute(Choice choice, CancellationToken ct);
}

/// <summary>A vintage as it was published: there is nothing to compute.</summary>
internal sealed class Published(Cube cube) : Calculation
{
    public Cube Cube => cube;

    public override IReadOnlyList<CubeDimension> Dimensions => cube.Dimensions;

    public override long OperationsFor(Choice choice) => 0;

    public override Outcome<Cube> Compute(Choice choice, CancellationToken ct) => choice.Of(cube);
}

/// <summary>A vintage on the territory of a day: counts of what was merged are added up.</summary>
internal sealed class OnTerritory(Cube cube, string unit, AreaRegister areas, NodaTime.LocalDate day) : Calculation
{
    private static readonly HashSet<string> s_area = ["area"];

    public override IReadOnlyList<CubeDimension> Dimensions { get; } =
        [.. cube.Dimensions.Select(dimension => dimension.Id == "area" ? CubeSums.OnTerritory(dimension, areas, day) : dimension)];

    // Which areas become one is known only with all of them.
    public override long OperationsFor(Choice choice) => choice.Without(s_area).CellsOf(cube.Dimensions);

    public override Outcome<Cube> Compute(Choice choice, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return CubeSums.ToTerritory(choice.Without(s_area).Of(cube), unit, areas, day).TryGet(out var result, out var problem) ? choice.Of(result) : problem;
    }
}

/// <summary>A formula over other numbers.</summary>
internal sealed class Computed : Calculation
{
    private readonly Formula _formula;
    private readonly IReadOnlyDictionary<string, (VintageAbout About, Calculation Numbers)> _inputs;
    private readonly IReadOnlySet<string> _whole;

    private Computed(
        Formula formula, IReadOnlyDictionary<string, (VintageAbout About, Calculation Numbers)> inputs, IReadOnlyList<CubeDimension> dimensions) =>
        (_formula, _inputs, _whole, Dimensions) = (formula, inputs, formula.WholeDimensions(), dimensions);

    public override IReadOnlyList<CubeDimension> Dimensions { get; }

    public static Outcome<Computed> Of(Formula formula, IReadOnlyDictionary<string, (VintageAbout About, Calculation Numbers)> inputs) =>
        FormulaPlan.Of(formula, code => inputs[code].Numbers.Dimensions).TryGet(out var plan, out var problem)
            ? new Computed(formula, inputs, plan.Dimensions)
            : problem;

    public override long OperationsFor(Choice choice)
    {
        var inner = choice.Without(_whole);
        return FormulaPlan.Of(_formula, code => [.. _inputs[code].Numbers.Dimensions.Select(inner.Of)]).TryGet(out var plan, out _)
            ? plan.Operations + _inputs.Values.Sum(input => input.Numbers.OperationsFor(inner))
            : 0;
    }

    public override Outcome<Cube> Compute(Choice choice, CancellationToken ct)
    {
        var inner = choice.Without(_whole);
        var cubes = new Dictionary<string, (VintageAbout, Cube)>();
        foreach (var (code, (about, numbers)) in _inputs)
        {
            if (!numbers.Compute(inner, ct).TryGet(out var cube, out var fault)) return fault;
            cubes[code] = (about, cube);
        }

        return new FormulaEvaluator(cubes, ct).Evaluate(_formula).TryGet(out var result, out var problem) ? choice.Of(result) : problem;
    }
}

/// <summary>Of a formula's result the dimensions of an indicator; of the others the total.</summary>
internal sealed class Projected : Calculation
{
    private readonly Computed _numbers;
    private readonly string _unit;

    private Projected(Computed numbers, IReadOnlyList<CubeDimension> dimensions, string unit) =>
        (_numbers, Dimensions, _unit) = (numbers, dimensions, unit);

    public override IReadOnlyList<CubeDimension> Dimensions { get; }

    public static Outcome<Projected> Of(Computed numbers, IReadOnlyList<string> wanted, string unit)
    {
        var others = numbers.Dimensions.Where(one => !wanted.Contains(one.Id)).ToList();
        if (numbers.Dimensions.Count - others.Count != wanted.Count || others.Exists(one => one.PositionOf("total") < 0))
        {
            return Problems.NotAdditive.With(new(
                "Die Eingaben der Formel sind anders gegliedert als früher.", "The formula's inputs are broken down otherwise than before."));
        }

        return new Projected(numbers, [.. wanted.Select(id => numbers.Dimensions.Single(one => one.Id == id))], unit);
    }

    public override long OperationsFor(Choice choice) => _numbers.OperationsFor(choice);

    public override Outcome<Cube> Compute(Choice choice, CancellationToken ct) => _numbers.Compute(choice, ct).TryGet(out var result, out var problem)
        ? DeriveVintages.Project(result, [.. Dimensions.Select(one => one.Id)], _unit)!
        : problem;
}
