using Wir.Monitor.Numbers;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Formulas;

/// <summary>What a formula's result looks like, and what it costs: known from the inputs' dimensions before a cell is computed.</summary>
/// <param name="Dimensions">Of the result.</param>
/// <param name="Operations">Cells that are computed on the way, those in between included.</param>
public sealed record FormulaPlan(IReadOnlyList<CubeDimension> Dimensions, long Operations)
{
    private long Cells { get; } = Dimensions.Aggregate(1L, (product, dimension) => product * dimension.Count);

    /// <param name="formula">The formula.</param>
    /// <param name="inputs">Dimensions of an indicator's numbers, by its code.</param>
    public static Outcome<FormulaPlan> Of(Formula formula, Func<string, IReadOnlyList<CubeDimension>> inputs) => formula switch
    {
        Formula.Number => new FormulaPlan([], 1),
        Formula.IndicatorRef reference => new FormulaPlan(inputs(reference.Code), 0),
        Formula.Binary binary => Both(binary, inputs),
        Formula.Lag lag => Along(lag.Of, 1, inputs),
        Formula.Trend trend => Along(trend.Of, trend.Periods, inputs),
        Formula.YearOnYear growth => Along(growth.Of, 3, inputs),
        Formula.Compare compare => Compared(compare, inputs),
        _ => throw new NotSupportedException(formula.GetType().Name),
    };

    private static Outcome<FormulaPlan> Along(Formula of, int times, Func<string, IReadOnlyList<CubeDimension>> inputs) =>
        Of(of, inputs).TryGet(out var plan, out var problem) ? plan with { Operations = plan.Operations + (times * plan.Cells) } : problem;

    private static Outcome<FormulaPlan> Both(Formula.Binary binary, Func<string, IReadOnlyList<CubeDimension>> inputs)
    {
        if (!Of(binary.Left, inputs).TryGet(out var left, out var problem) || !Of(binary.Right, inputs).TryGet(out var right, out problem)) return problem;
        var plan = new FormulaPlan(Together(left.Dimensions, right.Dimensions), left.Operations + right.Operations);
        if (plan.Cells > Cube.MaxCells)
        {
            return FormulaEvaluator.Invalid(new(
                $"Das Ergebnis hätte mehr als {Cube.MaxCells} Zellen.", $"The result would have more than {Cube.MaxCells} cells."));
        }

        return plan with { Operations = plan.Operations + plan.Cells };
    }

    /// <summary>Categories that both have, of dimensions that either has.</summary>
    internal static IReadOnlyList<CubeDimension> Together(IReadOnlyList<CubeDimension> left, IReadOnlyList<CubeDimension> right)
    {
        var ids = left.Concat(right).Select(dimension => dimension.Id).Distinct()
            .OrderBy(id => id switch { "area" => 0, "year" or "period" => 1, _ => 2 });
        return [.. ids.Select(id => (Find(left, id), Find(right, id)) switch
        {
            ({ } a, { } b) when ReferenceEquals(a, b) => a,
            ({ } a, { } b) => new CubeDimension(id, [.. a.Codes.Where(code => b.PositionOf(code) >= 0)]),
            ({ } a, null) => a,
            (null, var b) => b!,
        })];
    }

    private static CubeDimension? Find(IReadOnlyList<CubeDimension> dimensions, string id) => dimensions.FirstOrDefault(one => one.Id == id);

    private static Outcome<FormulaPlan> Compared(Formula.Compare compare, Func<string, IReadOnlyList<CubeDimension>> inputs)
    {
        if (!Of(compare.Of, inputs).TryGet(out var plan, out var problem)) return problem;
        if (Find(plan.Dimensions, compare.Dimension) is not { } dimension)
        {
            return FormulaEvaluator.Invalid(new(
                $"Nach „{compare.Dimension}“ ist hier nichts gegliedert.", $"Nothing here is broken down by “{compare.Dimension}”."));
        }

        foreach (var code in new[] { compare.First, compare.Second })
        {
            if (dimension.PositionOf(code) < 0)
            {
                return FormulaEvaluator.Invalid(new(
                    $"„{code}“ kommt in „{compare.Dimension}“ nicht vor.", $"“{code}” does not occur in “{compare.Dimension}”."));
            }
        }

        var result = new FormulaPlan([.. plan.Dimensions.Where(one => one.Id != compare.Dimension)], plan.Operations);
        return result with { Operations = result.Operations + result.Cells };
    }
}
