using NodaTime;
using Wir.Areas;
using Wir.Monitor.Domain;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Numbers;

/// <summary>Adds cells up: counts as they are, rates from the sums of their counts, never as means.</summary>
internal static class CubeSums
{
    /// <summary>The numbers on the territory of a day: what was merged stands with its successor, also for the years before.</summary>
    public static Outcome<Cube> ToTerritory(Cube cube, string unit, AreaRegister areas, LocalDate day)
    {
        var axis = cube.IndexOfDimension("area");
        var dimension = OnTerritory(cube.Dimensions[axis], areas, day);
        if (dimension == cube.Dimensions[axis]) return cube;
        var targets = Targets(cube.Dimensions[axis], areas, day);
        string[] codes = [.. dimension.Codes];
        var sources = codes.Select(code => Enumerable.Range(0, targets.Length).Where(i => targets[i] == code).ToArray()).ToArray();
        return Sum(cube, axis, codes, sources, unit, Existence(cube, axis, areas));
    }

    /// <summary>Areas as they are on the day: the dimension itself when none was merged.</summary>
    public static CubeDimension OnTerritory(CubeDimension dimension, AreaRegister areas, LocalDate day)
    {
        var targets = Targets(dimension, areas, day);
        return targets.SequenceEqual(dimension.Codes) ? dimension : new("area", [.. targets.Distinct().Order(StringComparer.Ordinal)]);
    }

    private static string[] Targets(CubeDimension dimension, AreaRegister areas, LocalDate day) =>
        [.. dimension.Codes.Select(code => areas.Resolve(code, day).Area?.Key ?? code)];

    /// <summary>One category out of several of a dimension.</summary>
    public static Outcome<Cube> Together(Cube cube, string dimension, int[] positions, string unit, AreaRegister areas)
    {
        var axis = cube.IndexOfDimension(dimension);
        var codes = positions.Select(position => cube.Dimensions[axis].Codes[position]).ToArray();
        var overlaps = dimension == "area"
            ? codes.Any(code => codes.Any(other => other != code && areas.IsWithin(code, other)))
            : dimension is "year" or "period" || (codes.Length > 1 && codes.Contains("total"));
        if (overlaps)
        {
            return Problems.NotAdditive.With(new($"Die gewählten Ausprägungen von „{dimension}“ überschneiden sich oder sind Zeiträume.", $"The chosen categories of “{dimension}” overlap or are periods."));
        }

        return Sum(cube, axis, ["sum"], [positions], unit, dimension == "area" ? Existence(cube, axis, areas) : (_, _) => false);
    }

    /// <summary>Whether there was nothing to count: an area that did not exist in the period is no gap in a sum.</summary>
    private static Func<int, int, bool> Existence(Cube cube, int axis, AreaRegister areas)
    {
        var time = cube.IndexOfDimension("year") is var year && year >= 0 ? year : cube.IndexOfDimension("period");
        if (time < 0) return (_, _) => false;
        var periods = cube.Dimensions[time].Codes.Select(Periods.Days).ToArray();
        var known = cube.Dimensions[axis].Codes.Select(areas.Find).ToArray();
        return (position, index) => known[position] is { } area && periods[cube.PositionIn(time, index)] is var (first, last) && !area.IsValidOn(first) && !area.IsValidOn(last);
    }

    private static Outcome<Cube> Sum(Cube cube, int axis, string[] codes, int[][] sources, string unit, Func<int, int, bool> isNothing)
    {
        var result = new Cube([.. cube.Dimensions.Select((dimension, i) => i == axis ? new CubeDimension(dimension.Id, codes) : dimension)], cube.Numerators is not null);
        for (var index = 0; index < result.Size; index++)
        {
            var start = 0;
            for (var i = 0; i < result.Dimensions.Count; i++)
            {
                if (i != axis) start += result.PositionIn(i, index) * cube.Strides[i];
            }

            var cells = sources[result.PositionIn(axis, index)].Select(position => (At: start + (position * cube.Strides[axis]), Position: position))
                .Where(one => cube.Status[one.At] != (byte)ObservationStatus.Absent || !isNothing(one.Position, one.At)).Select(one => cube[one.At]).ToArray();
            if (Add(cells, unit) is not { } sum)
            {
                return Problems.NotAdditive.With(new("Zu diesen Raten fehlen Zähler und Nenner; Mittelwerte von Raten wären falsch.", "These rates lack numerator and denominator; means of rates would be wrong."));
            }

            result[index] = sum;
        }

        return result;
    }

    /// <summary>Null when the cells cannot be added up.</summary>
    private static Cell? Add(Cell[] cells, string unit)
    {
        if (cells.Length == 1) return cells[0];
        if (Array.Exists(cells, cell => cell.Status == ObservationStatus.Confidential)) return Cell.Of(ObservationStatus.Confidential);
        if (Array.TrueForAll(cells, cell => cell.Status == ObservationStatus.Absent)) return Cell.Absent;
        // None of none adds nothing; without its counts it would be a gap.
        if (Array.Exists(cells, cell => !cell.HasValue && !(cell is { HasCounts: true, Status: ObservationStatus.NotApplicable }))) return Cell.Of(ObservationStatus.Missing);
        var status = cells.Select(cell => cell.Status).FirstOrDefault(status => status is ObservationStatus.Provisional or ObservationStatus.Estimated or ObservationStatus.Uncertain);
        if (Units.IsCount(unit)) return new(cells.Sum(cell => cell.Value), status, double.NaN, double.NaN);
        if (Units.Factor(unit) is not { } factor || !Array.TrueForAll(cells, cell => cell.HasCounts)) return null;
        var (numerator, denominator) = (cells.Sum(cell => cell.Numerator), cells.Sum(cell => cell.Denominator));
        return denominator == 0 ? new(double.NaN, ObservationStatus.NotApplicable, numerator, 0) : new(factor * numerator / denominator, status, numerator, denominator);
    }
}

/// <summary>How exact a share is.</summary>
public static class Wilson
{
    /// <summary>Fewer cases than this are marked as a small sample.</summary>
    public const int Small = 30;

    /// <summary>95 %.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>Bounds of a share of <paramref name="count"/> in <paramref name="total"/>, from 0 to 1.</summary>
    public static (double Lower, double Upper) Interval(double count, double total)
    {
        var share = count / total;
        var square = Z * Z / total;
        var centre = (share + (square / 2)) / (1 + square);
        var half = Z * Math.Sqrt((share * (1 - share) / total) + (square / (4 * total))) / (1 + square);
        return (Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
