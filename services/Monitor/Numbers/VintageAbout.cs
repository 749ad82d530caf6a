using Wir.Areas;
using Wir.Monitor.Domain;

namespace Wir.Monitor.Numbers;

/// <summary>
/// Everything that an answer shows beside the numbers, kept with the vintage: a later change of a name or a label does not change
/// what an earlier vintage answers.
/// </summary>
public sealed record VintageAbout
{
    public required string Code { get; init; }
    public required LocalText Name { get; init; }
    public required string Unit { get; init; }
    public required LocalText UnitName { get; init; }
    public required LocalText Source { get; init; }
    public required LocalText Licence { get; init; }
    public required string Periodicity { get; init; }
    public required string Direction { get; init; }
    public IReadOnlyList<SeriesBreak> Breaks { get; init; } = [];
    public required IReadOnlyList<DimensionAbout> Dimensions { get; init; }

    /// <summary>What the numbers were computed by; null when they were delivered.</summary>
    public string? Formula { get; init; }

    /// <summary>The vintage of every indicator that they were computed from, over however many steps.</summary>
    public IReadOnlyDictionary<string, int> Inputs { get; init; } = new Dictionary<string, int>();

    /// <summary>True when any of the numbers is made up for demonstration.</summary>
    public bool Demo { get; init; }

    public static VintageAbout Of(string code, IndicatorContent content, Cube cube, CodeLists lists, AreaRegister areas, bool demo) => new()
    {
        Code = code,
        Name = content.Name,
        Unit = content.Unit,
        UnitName = lists.Units[content.Unit],
        Source = content.Source.Name,
        Licence = content.Licence,
        Periodicity = content.Periodicity,
        Direction = content.Direction,
        Breaks = content.Breaks,
        Formula = content.Formula,
        Demo = demo,
        Dimensions = [.. cube.Dimensions.Select(dimension => About(dimension, content, lists, areas))],
    };

    /// <summary>True when the numbers are read as the description says; otherwise it was changed since.</summary>
    public bool Fits(IndicatorContent content) =>
        Unit == content.Unit && Direction == content.Direction && Formula == content.Formula
            && Breaks.SequenceEqual(content.Breaks);

    public DimensionAbout Dimension(string id) => Dimensions.First(dimension => dimension.Id == id);

    private static DimensionAbout About(CubeDimension dimension, IndicatorContent content, CodeLists lists, AreaRegister areas)
    {
        if (dimension.Id == "area")
        {
            return new("area", new("Gebiet", "Area"), dimension.Codes.ToDictionary(code => code, code => areas.Find(code)?.Name is { } name ? new LocalText(name, name) : new LocalText(code, code)));
        }

        if (dimension.Id is "year" or "period")
        {
            return new(dimension.Id, dimension.Id == "year" ? new("Jahr", "Year") : new("Zeitraum", "Period"), dimension.Codes.ToDictionary(code => code, code => new LocalText(code, code)));
        }

        var list = lists.Lists[content.Dimensions.First(known => known.Id == dimension.Id).List];
        var names = list.Categories.ToDictionary(category => category.Code, category => category.Name);
        return new(dimension.Id, list.Name, dimension.Codes.ToDictionary(code => code, code => names[code]));
    }
}

/// <param name="Id">Name of the parameter.</param>
/// <param name="Name">Its label.</param>
/// <param name="Categories">Label per category.</param>
public sealed record DimensionAbout(string Id, LocalText Name, IReadOnlyDictionary<string, LocalText> Categories);

/// <summary>What a unit means for computing with counts.</summary>
public static class Units
{
    /// <summary>A rate is this times numerator by denominator; null for numbers that are no rates.</summary>
    public static double? Factor(string unit) => unit switch
    {
        "percent" or "per-hundred" => 100,
        "per-mille" => 1000,
        "square-metres" or "euro-per-square-metre" => 1,
        _ => null,
    };

    /// <summary>True where the numerator is part of the denominator.</summary>
    public static bool IsShare(string unit) => unit == "percent";

    /// <summary>True for numbers that may be added up as they are.</summary>
    public static bool IsCount(string unit) => unit == "count";
}
