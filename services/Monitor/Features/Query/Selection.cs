using System.Collections.Frozen;

namespace Wir.Monitor.Features.Query;

/// <summary>What is asked of the numbers of an indicator.</summary>
internal static class Selection
{
    /// <summary>Parameters that say how to answer; no breakdown may be called so.</summary>
    public static FrozenSet<string> Reserved { get; } = new[]
    {
        "indicator", "area", "year", "period", "asOf", "vintage", "territory", "lang", "format", "updatedAfter", "counts", "interval", "rollup",
        "value", "status", "symbol", "numerator", "denominator", "demo", "lower", "upper", "small", "limit", "cursor",
    }.ToFrozenSet();
}
