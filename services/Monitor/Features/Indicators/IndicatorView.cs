using Wir.Monitor.Domain;

namespace Wir.Monitor.Features.Indicators;

/// <summary>An indicator as it is answered. Texts stand in both languages.</summary>
public sealed record IndicatorView
{
    public required string Code { get; init; }
    public required int Version { get; init; }

    /// <summary>The area that owns the indicator: who has rights over it changes the description.</summary>
    public required string Area { get; init; }
    public required LocalText Name { get; init; }
    public required LocalText Definition { get; init; }
    public required string Field { get; init; }
    public required string Unit { get; init; }
    public required string Direction { get; init; }
    public required LocalText Numerator { get; init; }
    public required LocalText Denominator { get; init; }
    public required IndicatorSource Source { get; init; }
    public required string Periodicity { get; init; }
    public required string LowestLevel { get; init; }
    public required LocalText Contact { get; init; }
    public required LocalText Licence { get; init; }

    /// <summary>Ids of the dimensions; each is a parameter of <c>/data</c>.</summary>
    public required IReadOnlyList<string> Dimensions { get; init; }

    /// <summary>Code list per dimension, other than area and period.</summary>
    public required IReadOnlyDictionary<string, string> CodeLists { get; init; }
    public string? Formula { get; init; }
    public IReadOnlyList<SeriesBreak> Breaks { get; init; } = [];
    public ValueBounds? Plausible { get; init; }

    /// <summary>Number of the latest public vintage; null before the first release.</summary>
    public int? Vintage { get; init; }
    public DateTimeOffset? ReleasedAt { get; init; }
    public DateOnly? NextUpdate { get; init; }

    /// <summary>True when numbers of the public vintage are made up for demonstration.</summary>
    public bool Demo { get; init; }

    public static IndicatorView Of(Indicator indicator, CurrentVintage? vintage)
    {
        var content = indicator.Content;
        return new IndicatorView
        {
            Code = indicator.Code,
            Version = indicator.Version,
            Area = content.Area,
            Name = content.Name,
            Definition = content.Definition,
            Field = content.Field,
            Unit = content.Unit,
            Direction = content.Direction,
            Numerator = content.Numerator,
            Denominator = content.Denominator,
            Source = content.Source,
            Periodicity = content.Periodicity,
            LowestLevel = content.LowestLevel,
            Contact = content.Contact,
            Licence = content.Licence,
            Dimensions = ["area", PeriodDimension(content.Periodicity), .. content.Dimensions.Select(dimension => dimension.Id)],
            CodeLists = content.Dimensions.ToDictionary(dimension => dimension.Id, dimension => dimension.List),
            Formula = content.Formula,
            Breaks = content.Breaks,
            Plausible = content.Plausible,
            Vintage = vintage?.Number,
            ReleasedAt = vintage?.VisibleAt,
            Demo = vintage?.Demo is true,
            NextUpdate = content.NextUpdate,
        };
    }

    /// <summary>The time dimension is called <c>year</c> where there is one number a year, and <c>period</c> otherwise.</summary>
    public static string PeriodDimension(string periodicity) => periodicity is "year" or "school-year" or "winter-semester" ? "year" : "period";
}
