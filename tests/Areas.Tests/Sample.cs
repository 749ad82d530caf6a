using NodaTime;

namespace Wir.Areas.Tests;

/// <summary>Short ways to make areas for tests.</summary>
internal static class Sample
{
    public static readonly LocalDate Begin = new(1974, 1, 1);

    public static Area Germany { get; } = Of(Area.GermanyKey, AreaLevel.Country, null);

    public static Area Land { get; } = Of("06", AreaLevel.Land, Area.GermanyKey);

    public static Area District { get; } = Of("06635", AreaLevel.District, "06");

    public static Area Municipality(string key, int? lastYear = null, params string[] successors) =>
        Of(key, AreaLevel.Municipality, "06635") with
        {
            ValidTo = lastYear is { } year ? new LocalDate(year, 12, 31) : null,
            SuccessorKeys = successors,
        };

    public static AreaRegister Register(params Area[] municipalities) =>
        AreaRegister.Create([Germany, Land, District, .. municipalities]);

    public static Area Of(string key, AreaLevel level, string? parent) => new()
    {
        Key = key,
        Name = "Ort " + key,
        OfficialName = "Ort " + key,
        Level = level,
        ParentKey = parent,
        ValidFrom = Begin,
    };
}
