using Wir.Monitor.Domain;
using Wir.Monitor.Numbers;

namespace Wir.Monitor.Features.Reading;

/// <summary>What is answered: chosen cells of a cube with all that belongs to them. Every format is written from it.</summary>
internal sealed class Table(VintageAbout about, Cube cube, int[][] positions)
{
    public VintageAbout About => about;

    public Cube Cube => cube;

    /// <summary>Chosen positions, by dimension.</summary>
    public int[][] Positions => positions;

    public long Count { get; } = positions.Aggregate(1L, (product, chosen) => product * chosen.Length);

    /// <summary>Null for a formula that was asked for, which has no vintage of its own.</summary>
    public int? Vintage { get; init; }

    public DateTimeOffset? AsOf { get; init; }

    public string Language { get; init; } = "de";

    public string Territory { get; init; } = "asPublished";

    /// <summary>Where the same numbers can be read for ever.</summary>
    public string Permalink { get; init; } = "";

    /// <summary>Role per area, when an area with what it is compared with was asked for.</summary>
    public IReadOnlyDictionary<string, string>? Comparison { get; init; }

    public bool WithCounts { get; init; }

    public bool WithInterval { get; init; }

    /// <summary>Only what changed: cells that did not are left out.</summary>
    public bool IsDelta { get; init; }

    /// <summary>Periods that the selection spans and from which numbers are not comparable with the ones before.</summary>
    public IEnumerable<SeriesBreak> Breaks
    {
        get
        {
            var time = cube.Dimensions.Select((dimension, i) => (dimension, i)).FirstOrDefault(pair => pair.dimension.Id is "year" or "period");
            if (time.dimension is null || positions[time.i].Length == 0) return [];
            var (first, last) = (time.dimension.Codes[positions[time.i][0]], time.dimension.Codes[positions[time.i][^1]]);
            return about.Breaks.Where(one => string.CompareOrdinal(first, one.Period) < 0 && string.CompareOrdinal(one.Period, last) <= 0);
        }
    }

    public string Text(LocalText text) => text.In(Language);

    public string Label(string dimension, string code) =>
        about.Dimensions.FirstOrDefault(one => one.Id == dimension)?.Categories.GetValueOrDefault(code) is { } name ? name.In(Language) : code == "sum" ? (Language == "en" ? "Together" : "Zusammen") : code;

    /// <summary>Indexes of the chosen cells, row by row.</summary>
    public IEnumerable<int> Indexes()
    {
        if (Count == 0) yield break;
        var at = new int[positions.Length];
        while (true)
        {
            var index = 0;
            for (var i = 0; i < at.Length; i++) index += positions[i][at[i]] * cube.Strides[i];
            yield return index;
            var dimension = at.Length - 1;
            while (dimension >= 0 && ++at[dimension] == positions[dimension].Length) at[dimension--] = 0;
            if (dimension < 0) yield break;
        }
    }

    public bool IsShown(int index) => !IsDelta || cube.Status[index] != (byte)ObservationStatus.Absent;

    /// <summary>Bounds of 95 % in the unit of the value, where it is a share with counts.</summary>
    public (double Lower, double Upper)? Interval(int index) =>
        Units.IsShare(about.Unit) && cube[index] is { HasValue: true, HasCounts: true, Denominator: > 0 } cell && Wilson.Interval(cell.Numerator, cell.Denominator) is var bounds
            ? (100 * bounds.Lower, 100 * bounds.Upper)
            : null;

    public bool? IsSmall(int index) => cube[index] is { HasValue: true, HasCounts: true } cell ? cell.Denominator < Wilson.Small : null;
}
