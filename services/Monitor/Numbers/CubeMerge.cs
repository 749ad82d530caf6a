using Wir.Monitor.Domain;
using Wir.Monitor.Features.Imports;

namespace Wir.Monitor.Numbers;

/// <summary>One cell that differs between two vintages.</summary>
internal readonly record struct CellChange(string[] Codes, Cell Old, Cell New);

/// <summary>The next vintage: the one before with what a file brought.</summary>
internal static class CubeMerge
{
    /// <summary>The merged cube; null when it would have too many cells.</summary>
    /// <param name="before">The vintage before, or null.</param>
    /// <param name="brought">What the file brought.</param>
    /// <param name="lists">Code lists, which give the order of categories.</param>
    /// <param name="content">The indicator.</param>
    /// <param name="stays">Areas whose numbers of before stay, whatever the file says of others; null = all.</param>
    public static Cube? Merge(Cube? before, Observations brought, CodeLists lists, IndicatorContent content, Func<string, bool>? stays = null)
    {
        var dimensions = new List<CubeDimension>();
        var size = 1L;
        for (var i = 0; i < brought.Dimensions.Count; i++)
        {
            var id = brought.Dimensions[i];
            var codes = brought.Codes(i).Union(before?.Dimension(id)?.Codes ?? []);
            dimensions.Add(DimensionOf(i, id, codes, lists, content));
            size *= dimensions[^1].Count;
            if (size > Cube.MaxCells) return null;
        }

        var withCounts = before?.Numerators is not null || brought.List.Any(observation => !double.IsNaN(observation.Cell.Numerator) || !double.IsNaN(observation.Cell.Denominator));
        var cube = new Cube(dimensions, withCounts);
        if (before is not null) Copy(before, cube, stays);
        var maps = dimensions.Select((dimension, i) => brought.Codes(i).Select(dimension.PositionOf).ToArray()).ToArray();
        foreach (var observation in brought.List)
        {
            var index = 0;
            for (var i = 0; i < maps.Length; i++) index += maps[i][Observations.PositionOf(observation.Key, i)] * cube.Strides[i];
            cube[index] = observation.Cell;
        }

        return cube;
    }

    /// <summary>A vintage with changes that were made to another one.</summary>
    /// <param name="onto">What they are made to; null when there is nothing yet.</param>
    /// <param name="changes">Cells that differ.</param>
    /// <param name="shape">Has every category that the changes name, and all dimensions.</param>
    /// <param name="lists">Code lists, which give the order of categories.</param>
    /// <param name="content">The indicator.</param>
    public static Cube? Apply(Cube? onto, IReadOnlyList<CellChange> changes, Cube shape, CodeLists lists, IndicatorContent content)
    {
        var dimensions = shape.Dimensions.Select((dimension, i) =>
        {
            var codes = dimension.Codes.Union(onto?.Dimension(dimension.Id)?.Codes ?? []);
            return DimensionOf(i, dimension.Id, codes, lists, content);
        }).ToArray();
        if (dimensions.Aggregate(1L, (size, dimension) => size * dimension.Count) > Cube.MaxCells) return null;
        var cube = new Cube(dimensions, onto?.Numerators is not null || shape.Numerators is not null);
        if (onto is not null) Copy(onto, cube, null);
        foreach (var change in changes) cube[cube.IndexOf([.. change.Codes.Select((code, i) => dimensions[i].PositionOf(code))])] = change.New;
        return cube;
    }

    /// <summary>Every cell that differs, in the order of the later one; cells that exist no more come last.</summary>
    public static IEnumerable<CellChange> Changes(Cube? before, Cube after)
    {
        var sameShape = before is not null && before.Dimensions.Count == after.Dimensions.Count
            && before.Dimensions.Zip(after.Dimensions).All(pair => pair.First.Id == pair.Second.Id && pair.First.Codes.SequenceEqual(pair.Second.Codes));
        for (var index = 0; index < after.Size; index++)
        {
            var now = after[index];
            if (before is null && now.Status == ObservationStatus.Absent) continue;
            var old = before is null ? Cell.Absent : sameShape ? before[index] : before.At(after.CodesOf(index));
            if (!old.Equals(now)) yield return new(after.CodesOf(index), old, now);
        }

        if (before is null || sameShape) yield break;
        for (var index = 0; index < before.Size; index++)
        {
            var old = before[index];
            if (old.Status == ObservationStatus.Absent) continue;
            var codes = before.CodesOf(index);
            if (codes.Where((code, i) => after.Dimensions[i].PositionOf(code) < 0).Any()) yield return new(codes, old, Cell.Absent);
        }
    }

    /// <summary>Keys of the areas of which a cell differs, in order.</summary>
    public static string[] AreasOf(IEnumerable<CellChange> changes) =>
        [.. changes.Select(change => change.Codes[0]).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Areas and periods by their codes, the breakdowns after them in the order of their code lists.</summary>
    private static CubeDimension DimensionOf(int position, string id, IEnumerable<string> codes, CodeLists lists, IndicatorContent content) =>
        new(id, [.. position < 2 ? codes.Order(StringComparer.Ordinal) : InOrderOf(lists.Lists[content.Dimensions[position - 2].List], codes)]);

    private static IEnumerable<string> InOrderOf(CodeList list, IEnumerable<string> codes)
    {
        var used = codes.ToHashSet(StringComparer.Ordinal);
        return list.Categories.Select(category => category.Code).Where(used.Contains);
    }

    private static void Copy(Cube from, Cube to, Func<string, bool>? stays)
    {
        var kept = from.Dimensions[0].Codes.Select(code => stays?.Invoke(code) ?? true).ToArray();
        var maps = from.Dimensions.Select((dimension, i) => dimension.Codes.Select(to.Dimensions[i].PositionOf).ToArray()).ToArray();
        for (var index = 0; index < from.Size; index++)
        {
            if (from.Status[index] == (byte)ObservationStatus.Absent || !kept[from.PositionIn(0, index)]) continue;
            var target = 0;
            for (var i = 0; i < maps.Length; i++) target += maps[i][from.PositionIn(i, index)] * to.Strides[i];
            to[target] = from[index];
        }
    }
}
