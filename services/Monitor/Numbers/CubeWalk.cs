namespace Wir.Monitor.Numbers;

/// <summary>
/// Goes through the cells of one cube in order and gives the index of the same cell in another, which has all of its categories
/// but may lack some of its dimensions.
/// </summary>
internal sealed class CubeWalk
{
    private readonly int[][] _offsets;
    private readonly int[] _positions;

    /// <param name="cube">The cube that is gone through.</param>
    /// <param name="other">The cube that <see cref="At"/> points into.</param>
    public CubeWalk(Cube cube, Cube other)
    {
        _offsets = [.. cube.Dimensions.Select(dimension =>
        {
            var at = other.IndexOfDimension(dimension.Id);
            return at < 0
                ? new int[dimension.Count]
                : [.. dimension.Codes.Select(code => other.Dimensions[at].PositionOf(code) * other.Strides[at])];
        })];
        _positions = new int[_offsets.Length];
        At = cube.Size == 0 ? 0 : _offsets.Sum(one => one[0]);
    }

    public int At { get; private set; }

    public void Next()
    {
        for (var i = _positions.Length - 1; i >= 0; i--)
        {
            var offsets = _offsets[i];
            At -= offsets[_positions[i]];
            var isLast = ++_positions[i] == offsets.Length;
            if (isLast) _positions[i] = 0;
            At += offsets[_positions[i]];
            if (!isLast) return;
        }
    }
}
