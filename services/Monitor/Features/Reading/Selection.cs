using System.Collections.Frozen;

namespace Wir.Monitor.Features.Reading;

/// <summary>What is asked of the numbers of an indicator.</summary>
internal static class Selection
{
    /// <summary>Parameters of <c>/data</c> beside the breakdowns of the indicator.</summary>
    public static string[] Parameters { get; } =
        ["indicator", "area", "year", "period", "asOf", "vintage", "territory", "lang", "format", "updatedAfter", "counts", "interval", "rollup"];

    /// <summary>Names that no breakdown may have: parameters, and columns of the formats.</summary>
    public static FrozenSet<string> Reserved { get; } = new[]
    {
        "value", "status", "symbol", "numerator", "denominator", "demo", "lower", "upper", "small", "limit", "cursor", "action", "structure", "time",
    }.Concat(Parameters).ToFrozenSet();
}
