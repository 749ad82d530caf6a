namespace Wir.Registry.Seed;

/// <summary>
/// Numbers that are the same for the same seed on every runtime (SplitMix64): demo data may not change with a new version of .NET.
/// </summary>
public sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>0 to <paramref name="limit"/> - 1.</summary>
    public int Below(int limit) => (int)(Next() % (ulong)limit);

    /// <summary>0 to 1, without 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1ul << 53));

    /// <summary>True in this many of a hundred cases.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    public T Of<T>(IReadOnlyList<T> values) => values[Below(values.Count)];

    /// <summary>Each with a chance of its weight.</summary>
    public T Of<T>(IReadOnlyList<T> values, Func<T, int> weight)
    {
        var left = Below(values.Sum(weight));
        foreach (var value in values)
        {
            left -= weight(value);
            if (left < 0) return value;
        }

        return values[^1];
    }

    /// <summary>A UUIDv7 of the given instant.</summary>
    public Guid Id(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)at.ToUnixTimeMilliseconds() << 16 | (Next() & 0x0FFF) | 0x7000);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], (Next() & 0x3FFFFFFFFFFFFFFF) | 0x8000000000000000);
        return new Guid(bytes, bigEndian: true);
    }
}
