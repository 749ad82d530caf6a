using NodaTime;

namespace Wir.Areas;

/// <summary>
/// One node of the area hierarchy, for the whole time it exists under its key. Immutable.
/// </summary>
public sealed record Area
{
    /// <summary>
    /// The key of the root, Germany. The Amtlicher Gemeindeschlüssel has no code for the whole; <c>DG</c> is what the
    /// regional database of the German statistical offices uses.
    /// </summary>
    public const string GermanyKey = "DG";

    /// <summary>
    /// Amtlicher Gemeindeschlüssel (AGS) of the level: <c>06</c>, <c>066</c>, <c>06635</c>, <c>06635015</c>; <see cref="GermanyKey"/>
    /// for the root. Never used again for another area.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>Amtlicher Regionalschlüssel, 12 digits; known for municipalities only.</summary>
    public string? Ars { get; init; }

    /// <summary>The short name for lists and headings: <c>Bad Arolsen</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The official name with its title: <c>Bad Arolsen, Stadt</c>.</summary>
    public required string OfficialName { get; init; }

    public required AreaLevel Level { get; init; }

    /// <summary>Key of the area directly above; <see langword="null"/> for the root only.</summary>
    public string? ParentKey { get; init; }

    /// <summary>First day of validity.</summary>
    public required LocalDate ValidFrom { get; init; }

    /// <summary>Last day of validity, inclusive; <see langword="null"/> while the area exists.</summary>
    public LocalDate? ValidTo { get; init; }

    /// <summary>
    /// The areas it was merged into or split among, valid from the day after <see cref="ValidTo"/>. More than one means a
    /// split, and then no count can be handed on exactly.
    /// </summary>
    public IReadOnlyList<string> SuccessorKeys { get; init; } = [];

    /// <summary>Latitude of the centre in WGS 84 degrees.</summary>
    public double? Latitude { get; init; }

    /// <summary>Longitude of the centre in WGS 84 degrees.</summary>
    public double? Longitude { get; init; }

    /// <summary>
    /// Official number of inhabitants, with the day it was counted for and the borders of that day; see
    /// <see cref="AreaRegister.PopulationOn"/> for other borders.
    /// </summary>
    public AreaPopulation? Population { get; init; }

    /// <summary>A fictitious area, for demonstrations and tests; shown as such everywhere.</summary>
    public bool IsDemo { get; init; }

    /// <summary>
    /// The postal codes that lead here at the end of the area's validity (today, while it exists), ascending. Filled by the
    /// register from its postal codes; see <see cref="AreaRegister.ByPostalCode"/> for another day.
    /// </summary>
    public IReadOnlyList<string> PostalCodes { get; init; } = [];

    /// <summary>Whether the area exists on <paramref name="date"/>; both ends of the validity count.</summary>
    public bool IsValidOn(LocalDate date) => ValidFrom <= date && (ValidTo is not { } last || date <= last);
}

/// <summary>A number of inhabitants on a day.</summary>
public readonly record struct AreaPopulation(int Count, LocalDate Date);
