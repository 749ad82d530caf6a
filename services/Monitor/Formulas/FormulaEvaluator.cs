using Wir.Monitor.Domain;
using Wir.Monitor.Numbers;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Formulas;

/// <summary>Computes a formula over whole cubes. What cannot be computed is null with a status, never an error of arithmetic.</summary>
/// <param name="inputs">The indicators' numbers.</param>
/// <param name="ct">Looked at before each operation.</param>
public sealed class FormulaEvaluator(IReadOnlyDictionary<string, (VintageAbout About, Cube Cube)> inputs, CancellationToken ct = default)
{
    private static readonly Cell s_hundred = new(100, ObservationStatus.Normal, double.NaN, double.NaN);

    private static ReadOnlySpan<ObservationStatus> Unknowns =>
        [ObservationStatus.Confidential, ObservationStatus.NotApplicable, ObservationStatus.Uncertain];

    private static ReadOnlySpan<ObservationStatus> Doubts =>
        [ObservationStatus.Uncertain, ObservationStatus.Estimated, ObservationStatus.Provisional];

    public Outcome<Cube> Evaluate(Formula formula) =>
        FormulaPlan.Of(formula, code => inputs[code].Cube.Dimensions).TryGet(out _, out var problem) ? Run(formula) : problem;

    /// <summary>Periods from which the inputs of a formula are not comparable with the ones before.</summary>
    public IReadOnlyList<SeriesBreak> BreaksOf(Formula formula) => BreaksOf(formula, code => inputs[code].About);

    /// <inheritdoc cref="BreaksOf(Formula)"/>
    public static IReadOnlyList<SeriesBreak> BreaksOf(Formula formula, Func<string, VintageAbout> inputs) =>
        [.. formula.Inputs().SelectMany(code => inputs(code).Breaks).DistinctBy(one => one.Period).OrderBy(one => one.Period, StringComparer.Ordinal)];

    private Cube Run(Formula formula)
    {
        ct.ThrowIfCancellationRequested();
        return formula switch
        {
            Formula.Number number => Scalar(number.Value),
            Formula.IndicatorRef reference => inputs[reference.Code].Cube,
            Formula.Binary binary => Both(binary),
            Formula.Lag lag => Shift(Run(lag.Of), lag.Steps, BreaksOf(lag.Of)),
            Formula.Trend trend => Slope(Run(trend.Of), trend.Periods, BreaksOf(trend.Of)),
            Formula.YearOnYear growth => Growth(Run(growth.Of), growth.Of),
            Formula.Compare compare => Compared(compare),
            _ => throw new NotSupportedException(formula.GetType().Name),
        };
    }

    private static Cube Scalar(double value)
    {
        var cube = new Cube([], withCounts: false);
        cube[0] = new(value, ObservationStatus.Normal, double.NaN, double.NaN);
        return cube;
    }

    private Cube Both(Formula.Binary binary)
    {
        var (left, right) = (Run(binary.Left), Run(binary.Right));
        // Counts by counts are a rate, which shows what it is made of and can be added up from it.
        var isRate = binary.Operator == '/' && IsCount(binary.Left) && IsCount(binary.Right);
        var isScaled = binary is { Operator: '*', Right: Formula.Number } && left.Numerators is not null && IsRate(binary.Left);
        var result = new Cube(FormulaPlan.Together(left.Dimensions, right.Dimensions), withCounts: isRate || isScaled);
        var (toLeft, toRight) = (new CubeWalk(result, left), new CubeWalk(result, right));
        for (var index = 0; index < result.Size; index++, toLeft.Next(), toRight.Next())
        {
            var (a, b) = (left[toLeft.At], right[toRight.At]);
            var cell = Compute(binary.Operator, a, b);
            result[index] = isRate && a.HasValue && b.HasValue ? cell with { Numerator = a.Value, Denominator = b.Value }
                : isScaled ? cell with { Numerator = a.Numerator, Denominator = a.Denominator } : cell;
        }

        return result;
    }

    private bool IsCount(Formula formula) => formula switch
    {
        Formula.IndicatorRef reference => Units.IsCount(inputs[reference.Code].About.Unit),
        Formula.Binary { Operator: '+' or '-' } sum => IsCount(sum.Left) && IsCount(sum.Right),
        Formula.Lag lag => IsCount(lag.Of),
        _ => false,
    };

    private bool IsRate(Formula formula) => formula is Formula.Binary { Operator: '/' } rate && IsCount(rate.Left) && IsCount(rate.Right);

    private static Cell Compute(char sign, Cell left, Cell right)
    {
        if (!left.HasValue || !right.HasValue) return Cell.Of(Unknown(left, right));
        if (sign == '/' && right.Value == 0) return Cell.Of(ObservationStatus.NotApplicable);
        var value = sign switch { '+' => left.Value + right.Value, '-' => left.Value - right.Value, '*' => left.Value * right.Value, _ => left.Value / right.Value };
        return double.IsFinite(value) ? new(value, Weakest(left.Status, right.Status), double.NaN, double.NaN) : Cell.Of(ObservationStatus.NotApplicable);
    }

    /// <summary>Why there is nothing: hidden outweighs missing, so that nobody takes it for a gap in the data.</summary>
    private static ObservationStatus Unknown(Cell left, Cell right)
    {
        var (a, b) = (left.HasValue ? ObservationStatus.Normal : left.Status, right.HasValue ? ObservationStatus.Normal : right.Status);
        foreach (var status in Unknowns)
        {
            if (a == status || b == status) return status;
        }

        return left.Status == ObservationStatus.Absent && right.Status == ObservationStatus.Absent ? ObservationStatus.Absent : ObservationStatus.Missing;
    }

    private static ObservationStatus Weakest(ObservationStatus left, ObservationStatus right)
    {
        foreach (var status in Doubts)
        {
            if (left == status || right == status) return status;
        }

        return ObservationStatus.Normal;
    }

    private static Cube Shift(Cube cube, int steps, IReadOnlyList<SeriesBreak> breaks)
    {
        var time = TimeOf(cube);
        if (time < 0) return cube;
        var codes = cube.Dimensions[time].Codes;
        var sources = codes.Select(code => Periods.Plus(code, -steps)).ToArray();
        var result = new Cube(cube.Dimensions, withCounts: false);
        for (var index = 0; index < result.Size; index++)
        {
            var position = cube.PositionIn(time, index);
            var source = cube.Dimensions[time].PositionOf(sources[position]);
            if (breaks.Any(one => string.CompareOrdinal(sources[position], one.Period) < 0 && string.CompareOrdinal(one.Period, codes[position]) <= 0)) result[index] = Cell.Of(ObservationStatus.NotApplicable);
            else if (source < 0) result[index] = Cell.Of(cube[index].Status == ObservationStatus.Absent ? ObservationStatus.Absent : ObservationStatus.Missing);
            else if (cube[index + ((source - position) * cube.Strides[time])] is var cell) result[index] = new(cell.Value, cell.Status, double.NaN, double.NaN);
        }

        return result;
    }

    private Cube Growth(Cube cube, Formula of)
    {
        if (TimeOf(cube) is var time && time < 0) return cube;
        var before = Shift(cube, cube.Dimensions[time].Codes is [{ Length: > 4 } code, ..] && code[4] == '-' ? Periods.PerYear(code[5] switch { 'H' => "half", 'Q' => "quarter", _ => "month" }) : 1, BreaksOf(of));
        var result = new Cube(cube.Dimensions, withCounts: false);
        for (var index = 0; index < result.Size; index++)
        {
            var change = Compute('/', Compute('-', cube[index], before[index]), before[index]);
            result[index] = change.HasValue ? Compute('*', change, s_hundred) : change;
        }

        return result;
    }

    private static Cube Slope(Cube cube, int steps, IReadOnlyList<SeriesBreak> breaks)
    {
        var time = TimeOf(cube);
        if (time < 0) return cube;
        var codes = cube.Dimensions[time].Codes;
        var result = new Cube(cube.Dimensions, withCounts: false);
        for (var index = 0; index < result.Size; index++)
        {
            var last = cube.PositionIn(time, index);
            if (cube.Status[index] == (byte)ObservationStatus.Absent) continue;
            var first = cube.Dimensions[time].PositionOf(Periods.Plus(codes[last], 1 - steps));
            if (breaks.Any(one => string.CompareOrdinal(Periods.Plus(codes[last], 1 - steps), one.Period) < 0 && string.CompareOrdinal(one.Period, codes[last]) <= 0)) result[index] = Cell.Of(ObservationStatus.NotApplicable);
            // Fewer positions than periods: one of them has no numbers at all.
            else if (first < 0 || last - first != steps - 1) result[index] = Cell.Of(ObservationStatus.Missing);
            else result[index] = SlopeOf([.. Enumerable.Range(0, steps).Select(step => cube[index - ((steps - 1 - step) * cube.Strides[time])])]);
        }

        return result;
    }

    private static Cell SlopeOf(Cell[] cells)
    {
        var (status, middle, mean, sum, squares) = (ObservationStatus.Normal, (cells.Length - 1) / 2.0, 0.0, 0.0, 0.0);
        foreach (var cell in cells)
        {
            if (!cell.HasValue) return Cell.Of(Array.Exists(cells, one => one.Status == ObservationStatus.Confidential) ? ObservationStatus.Confidential : Unknown(cell, cell));
            status = Weakest(status, cell.Status);
            mean += cell.Value / cells.Length;
        }

        for (var i = 0; i < cells.Length; i++)
        {
            sum += (i - middle) * (cells[i].Value - mean);
            squares += (i - middle) * (i - middle);
        }

        return new(sum / squares, status, double.NaN, double.NaN);
    }

    private Cube Compared(Formula.Compare compare)
    {
        var cube = Run(compare.Of);
        var at = cube.IndexOfDimension(compare.Dimension);
        var (first, second) = (cube.Dimensions[at].PositionOf(compare.First), cube.Dimensions[at].PositionOf(compare.Second));
        var result = new Cube([.. cube.Dimensions.Where((_, i) => i != at)], withCounts: false);
        var walk = new CubeWalk(result, cube);
        for (var index = 0; index < result.Size; index++, walk.Next())
        {
            result[index] = Compute(
                compare.IsRatio ? '/' : '-', cube[walk.At + (first * cube.Strides[at])], cube[walk.At + (second * cube.Strides[at])]);
        }

        return result;
    }

    private static int TimeOf(Cube cube) => cube.IndexOfDimension("year") is var year && year >= 0 ? year : cube.IndexOfDimension("period");

    internal static ProblemCase Invalid(Text detail) => Problems.InvalidFormula.With(detail, new Fault("/formula", CommonProblems.Faults.InvalidValue, detail));
}
