using Wir.Monitor.Domain;

namespace Wir.Monitor.Numbers;

/// <summary>A dimension of a cube with its categories in the order in which they are shown.</summary>
public sealed class CubeDimension(string id, IReadOnlyList<string> codes)
{
    private readonly Dictionary<string, int> _positions = codes.Select((code, position) => (code, position)).ToDictionary(pair => pair.code, pair => pair.position, StringComparer.Ordinal);

    public string Id { get; } = id;

    public IReadOnlyList<string> Codes { get; } = codes;

    public int Count => Codes.Count;

    /// <summary>The positions of all categories.</summary>
    public int[] AllPositions() => [.. Enumerable.Range(0, Count)];

    /// <summary>-1 when there is no such category.</summary>
    public int PositionOf(string code) => _positions.TryGetValue(code, out var position) ? position : -1;
}

/// <summary>One cell.</summary>
public readonly record struct Cell(double Value, ObservationStatus Status, double Numerator, double Denominator)
{
    public static Cell Absent { get; } = new(double.NaN, ObservationStatus.Absent, double.NaN, double.NaN);

    public static Cell Of(ObservationStatus status) => new(double.NaN, status, double.NaN, double.NaN);

    public bool HasValue => !double.IsNaN(Value);

    public bool HasCounts => !double.IsNaN(Numerator) && !double.IsNaN(Denominator);
}

/// <summary>All cells of one vintage, dense, in row-major order of the dimensions: area, period, then the breakdowns. Never changed once filled.</summary>
public sealed class Cube
{
    /// <summary>More cells than this are refused at import.</summary>
    public const int MaxCells = 8_000_000;

    public Cube(IReadOnlyList<CubeDimension> dimensions, bool withCounts)
    {
        Dimensions = dimensions;
        Strides = new int[dimensions.Count];
        var size = 1;
        for (var i = dimensions.Count - 1; i >= 0; i--)
        {
            Strides[i] = size;
            size = checked(size * dimensions[i].Count);
        }

        Values = new double[size];
        Array.Fill(Values, double.NaN);
        Status = new byte[size];
        Array.Fill(Status, (byte)ObservationStatus.Absent);
        if (!withCounts) return;
        Numerators = new double[size];
        Denominators = new double[size];
        Array.Fill(Numerators, double.NaN);
        Array.Fill(Denominators, double.NaN);
    }

    public IReadOnlyList<CubeDimension> Dimensions { get; }

    public int[] Strides { get; }

    public double[] Values { get; }

    public byte[] Status { get; }

    public double[]? Numerators { get; }

    public double[]? Denominators { get; }

    public int Size => Values.Length;

    /// <summary>Bytes that it takes in memory.</summary>
    public long Footprint => (long)Size * (Numerators is null ? 9 : 25);

    public CubeDimension? Dimension(string id) => Dimensions.FirstOrDefault(dimension => dimension.Id == id);

    public int IndexOfDimension(string id)
    {
        for (var i = 0; i < Dimensions.Count; i++)
        {
            if (Dimensions[i].Id == id) return i;
        }

        return -1;
    }

    public Cell this[int index]
    {
        get => new(Values[index], (ObservationStatus)Status[index], Numerators is null ? double.NaN : Numerators[index], Denominators is null ? double.NaN : Denominators[index]);
        set
        {
            (Values[index], Status[index]) = (value.Value, (byte)value.Status);
            if (Numerators is not null) (Numerators[index], Denominators![index]) = (value.Numerator, value.Denominator);
        }
    }

    /// <summary>Where the cell of a position per dimension is.</summary>
    public int IndexOf(ReadOnlySpan<int> positions)
    {
        var index = 0;
        for (var i = 0; i < positions.Length; i++) index += positions[i] * Strides[i];
        return index;
    }

    /// <summary>The position of a cell in one dimension.</summary>
    public int PositionIn(int dimension, int index) => index / Strides[dimension] % Dimensions[dimension].Count;

    /// <summary>Codes of a cell, by dimension.</summary>
    public string[] CodesOf(int index) => [.. Dimensions.Select((dimension, i) => dimension.Codes[PositionIn(i, index)])];

    /// <summary>The cell with these codes, in the order of this cube's dimensions; absent when a code is unknown.</summary>
    public Cell At(IReadOnlyList<string> codes)
    {
        var index = 0;
        for (var i = 0; i < codes.Count; i++)
        {
            var position = Dimensions[i].PositionOf(codes[i]);
            if (position < 0) return Cell.Absent;
            index += position * Strides[i];
        }

        return this[index];
    }

    /// <summary>The part with these categories, which are some of its own.</summary>
    /// <param name="dimensions">In the order of this cube's.</param>
    public Cube Part(IReadOnlyList<CubeDimension> dimensions)
    {
        var part = new Cube(dimensions, Numerators is not null);
        var walk = new CubeWalk(part, this);
        for (var index = 0; index < part.Size; index++, walk.Next()) part[index] = this[walk.At];
        return part;
    }

    public int CountPresent() => Status.AsSpan().Length - Status.AsSpan().Count((byte)ObservationStatus.Absent);
}
