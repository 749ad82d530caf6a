namespace Wir.Monitor.Domain;

/// <summary>An indicator of the catalogue: what is measured and how. Its numbers are kept apart, vintage by vintage.</summary>
public sealed class Indicator
{
    public required Guid Id { get; init; }

    /// <summary>Field and number: <c>E03</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Counts the changes of the description; the concurrency token.</summary>
    public required int Version { get; set; }

    public required IndicatorContent Content { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>The description of an indicator; everything that people need to read its numbers rightly.</summary>
public sealed record IndicatorContent
{
    /// <summary>
    /// The area that owns it: its editors describe it, its approvers decide on how it is computed. The database keeps
    /// it when a program of 0.1.0 writes the description without it.
    /// </summary>
    public string Area { get; init; } = "";
    public required LocalText Name { get; init; }
    public required LocalText Definition { get; init; }
    public required LocalText Numerator { get; init; }
    public required LocalText Denominator { get; init; }

    /// <summary>One of <see cref="CodeLists.Units"/>.</summary>
    public required string Unit { get; init; }

    /// <summary><c>higher-better</c>, <c>lower-better</c> or <c>context</c>.</summary>
    public required string Direction { get; init; }

    /// <summary>One of <see cref="CodeLists.Fields"/>.</summary>
    public required string Field { get; init; }
    public required IndicatorSource Source { get; init; }

    /// <summary>One of <see cref="Periodicities"/>.</summary>
    public required string Periodicity { get; init; }

    /// <summary><c>municipality</c>, <c>district</c> or <c>land</c>: the lowest level for which the source has numbers.</summary>
    public required string LowestLevel { get; init; }
    public required LocalText Contact { get; init; }
    public required LocalText Licence { get; init; }

    /// <summary>What it is broken down by, besides area and period.</summary>
    public IReadOnlyList<DimensionRef> Dimensions { get; init; } = [];

    /// <summary>How it follows from other indicators; null for one that is measured.</summary>
    public string? Formula { get; init; }

    /// <summary>Periods from which numbers are not comparable with the ones before.</summary>
    public IReadOnlyList<SeriesBreak> Breaks { get; init; } = [];

    /// <summary>Civil date by which the next numbers are due.</summary>
    public DateOnly? NextUpdate { get; init; }

    /// <summary>Bounds outside of which an imported value is doubted.</summary>
    public ValueBounds? Plausible { get; init; }
}

public sealed record IndicatorSource(string Code, LocalText Name);

/// <param name="Id">Name of the dimension and of its parameter: <c>group</c>.</param>
/// <param name="List">Code list that its categories are from: <c>group-nationality</c>.</param>
public sealed record DimensionRef(string Id, string List);

public sealed record SeriesBreak(string Period, LocalText Note);

public sealed record ValueBounds(double? Min, double? Max);

/// <summary>The closed lists of the description.</summary>
public static class Periodicities
{
    public static IReadOnlyList<string> All { get; } = ["year", "half", "quarter", "month", "school-year", "winter-semester"];

    public static IReadOnlyList<string> Directions { get; } = ["higher-better", "lower-better", "context"];

    public static IReadOnlyList<string> Levels { get; } = ["municipality", "district", "land"];
}
