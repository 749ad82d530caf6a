using NodaTime;

namespace Wir.Areas;

/// <summary>
/// For a time, a postal code led to a municipality of the register or to a place outside it. Codes and municipalities are
/// n:m: two places may share a code, and a municipality may have several.
/// </summary>
/// <param name="Code">Five digits.</param>
/// <param name="AreaKey">The municipality; <see langword="null"/> when the place is outside the register.</param>
/// <param name="OutsideName">The name of the place outside; <see langword="null"/> when <paramref name="AreaKey"/> is set.</param>
/// <param name="ValidFrom">First day.</param>
/// <param name="ValidTo">Last day, inclusive; <see langword="null"/> while it holds.</param>
public sealed record PostalCodeAssignment(string Code, string? AreaKey, string? OutsideName, LocalDate ValidFrom, LocalDate? ValidTo)
{
    /// <summary>Whether the assignment holds on <paramref name="date"/>; both ends count.</summary>
    public bool IsValidOn(LocalDate date) => ValidFrom <= date && (ValidTo is not { } last || date <= last);
}

/// <summary>Where a postal code led on a day.</summary>
/// <param name="Code">The code as asked.</param>
/// <param name="Areas">Municipalities of the register, by key.</param>
/// <param name="OutsideNames">Places outside the register that (also) use the code.</param>
public sealed record PostalCodeAnswer(string Code, IReadOnlyList<Area> Areas, IReadOnlyList<string> OutsideNames)
{
    /// <summary>The code is known, and none of its places lies in the register: say so, with <see cref="OutsideNames"/>.</summary>
    public bool IsOutside => Areas.Count == 0 && OutsideNames.Count > 0;

    /// <summary>Nothing is known about the code on that day.</summary>
    public bool IsUnknown => Areas.Count == 0 && OutsideNames.Count == 0;
}
