namespace Wir.Areas;

/// <summary>The level of an area, from the whole down. A lower value always contains a higher one.</summary>
public enum AreaLevel
{
    /// <summary>Staat: Germany, key <c>DG</c>.</summary>
    Country = 0,

    /// <summary>Bundesland: two digits, <c>06</c>.</summary>
    Land = 1,

    /// <summary>Regierungsbezirk (or statistical region): three digits, <c>066</c>. Not every Land has them.</summary>
    Regierungsbezirk = 2,

    /// <summary>Landkreis or kreisfreie Stadt: five digits, <c>06635</c>.</summary>
    District = 3,

    /// <summary>Gemeinde: eight digits, <c>06635015</c>.</summary>
    Municipality = 4,
}
