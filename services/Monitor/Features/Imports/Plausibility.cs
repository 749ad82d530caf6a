using Wir.Monitor.Domain;
using Wir.Monitor.Numbers;

namespace Wir.Monitor.Features.Imports;

/// <summary>
/// Looks at every imported value: within bounds, not far off the areas of the same period (z and modified z), no jump against the
/// period before. What it finds stops nothing by itself; who checks the import has to say why it is right.
/// </summary>
internal static class Plausibility
{
    public const int MaxFindings = 1000;
    private const double Limit = 3.0;

    /// <summary>Consistency constant of the median absolute deviation for a normal distribution.</summary>
    private const double MadFactor = 0.6745;
    private const double Jump = 0.5;
    private const int LeastGroup = 5;

    /// <param name="cube">The numbers as they would be.</param>
    /// <param name="seen">What they are compared with, of the same shape (<see cref="Seen"/>).</param>
    /// <param name="brought">What the file brought.</param>
    /// <param name="content">The indicator.</param>
    public static List<Finding> Check(Cube cube, Cube seen, Observations brought, IndicatorContent content) => Check(
        cube, seen, brought.List.Where(one => !one.Delete && one.Cell.HasValue)
            .Select(one => (IndexOf(cube, brought, one), one.Line)), content);

    /// <summary>The cells of changes; they are of no line of a file.</summary>
    public static List<Finding> Check(
        Cube cube, Cube seen, IEnumerable<CellChange> changes, IndicatorContent content) => Check(
        cube, seen, changes.Where(one => one.New.HasValue).Select(one =>
            (cube.IndexOf([.. one.Codes.Select((code, i) => cube.Dimensions[i].PositionOf(code))]), 0)), content);

    /// <summary>
    /// A cube of the same shape with other cells. Findings tell how others' numbers are spread, so these are the public
    /// ones while something else is under embargo.
    /// </summary>
    /// <param name="cube">Gives the shape.</param>
    /// <param name="cellAt">The cell by its index.</param>
    public static Cube Seen(Cube cube, Func<int, Cell> cellAt)
    {
        var seen = new Cube(cube.Dimensions, withCounts: false);
        for (var index = 0; index < seen.Size; index++) seen[index] = cellAt(index);
        return seen;
    }

    private static List<Finding> Check(
        Cube cube, Cube seen, IEnumerable<(int Index, int Line)> cells, IndicatorContent content)
    {
        var findings = new List<Finding>();
        var bounds = content.Plausible ?? (Units.IsShare(content.Unit) ? new ValueBounds(0, 100) : null);
        var groups = new Dictionary<int, Spread>();
        var periods = cube.Dimensions[1].Codes;
        foreach (var (index, line) in cells)
        {
            if (findings.Count >= MaxFindings) break;
            var value = cube.Values[index];
            if (bounds is not null && (value < bounds.Min || value > bounds.Max)) Add("bounds", $"{bounds.Min}..{bounds.Max}");
            var group = index % cube.Strides[0];
            if (!groups.TryGetValue(group, out var spread)) groups[group] = spread = Spread.Of(seen, group);
            if (spread.Z(value) is var z && Math.Abs(z) > Limit) Add("z", $"|{z:0.0}| <= 3");
            if (spread.ModifiedZ(value) is var modified && Math.Abs(modified) > Limit) Add("modified-z", $"|{modified:0.0}| <= 3");
            var position = cube.PositionIn(1, index);
            if (position > 0 && periods[position - 1] == Periods.Plus(periods[position], -1)
                && seen.Values[index - seen.Strides[1]] is var before
                && before != 0 && !double.IsNaN(before) && Math.Abs((value - before) / before) > Jump) Add("jump", FormattableString.Invariant($"{before}"));

            void Add(string kind, string expected) => findings.Add(new(line, kind, cube.CodesOf(index), value, expected));
        }

        return findings;
    }

    private static int IndexOf(Cube cube, Observations brought, Observation observation)
    {
        var index = 0;
        for (var i = 0; i < cube.Dimensions.Count; i++)
        {
            index += cube.Dimensions[i].PositionOf(brought.Codes(i)[Observations.PositionOf(observation.Key, i)]) * cube.Strides[i];
        }

        return index;
    }

    /// <summary>How the areas of one period and breakdown are spread; empty when there are too few.</summary>
    private sealed record Spread(double Mean, double Deviation, double Median, double Mad)
    {
        public static Spread Of(Cube cube, int group)
        {
            var values = new List<double>();
            for (var area = 0; area < cube.Dimensions[0].Count; area++)
            {
                if (cube.Values[group + (area * cube.Strides[0])] is var value && !double.IsNaN(value)) values.Add(value);
            }

            if (values.Count < LeastGroup) return new(0, 0, 0, 0);
            var mean = values.Average();
            var median = MedianOf(values);
            return new(mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)), median, MedianOf([.. values.Select(value => Math.Abs(value - median))]));
        }

        public double Z(double value) => Deviation > 0 ? (value - Mean) / Deviation : 0;

        public double ModifiedZ(double value) => Mad > 0 ? MadFactor * (value - Median) / Mad : 0;

        private static double MedianOf(List<double> values)
        {
            values.Sort();
            return values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
        }
    }
}
