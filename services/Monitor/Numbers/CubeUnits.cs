namespace Wir.Monitor.Numbers;

/// <summary>The same numbers in another unit.</summary>
internal static class CubeUnits
{
    /// <summary>
    /// A rate is its counts by the unit's factor, so it is computed anew from them. What was delivered without counts
    /// stays as it was: whether only its label was wrong, nobody can tell from it.
    /// </summary>
    public static Cube Convert(Cube cube, string before, string after)
    {
        if (before == after || Units.Factor(after) is not { } factor || cube.Numerators is null) return cube;
        var converted = new Cube(cube.Dimensions, withCounts: true);
        for (var index = 0; index < cube.Size; index++)
        {
            var cell = cube[index];
            converted[index] = cell is { HasValue: true, HasCounts: true, Denominator: not 0 }
                ? cell with { Value = factor * cell.Numerator / cell.Denominator } : cell;
        }

        return converted;
    }
}
