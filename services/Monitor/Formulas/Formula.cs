namespace Wir.Monitor.Formulas;

/// <summary>A formula over indicators, parsed.</summary>
public abstract record Formula
{
    private Formula()
    {
    }

    public sealed record Number(double Value) : Formula;

    public sealed record IndicatorRef(string Code) : Formula;

    /// <summary>One of + − × ÷, as <c>+ - * /</c>.</summary>
    public sealed record Binary(char Operator, Formula Left, Formula Right) : Formula;

    /// <summary>The value so many periods earlier.</summary>
    public sealed record Lag(Formula Of, int Steps) : Formula;

    /// <summary>Growth against the same period a year earlier, in percent.</summary>
    public sealed record YearOnYear(Formula Of) : Formula;

    /// <summary>Slope per period of the straight line that fits the last periods best.</summary>
    public sealed record Trend(Formula Of, int Periods) : Formula;

    /// <summary>One category against another of the same dimension: the difference, or the ratio.</summary>
    public sealed record Compare(Formula Of, string Dimension, string First, string Second, bool IsRatio) : Formula;

    /// <summary>What it is made of, one step down.</summary>
    private IReadOnlyList<Formula> Parts => this switch
    {
        Binary binary => [binary.Left, binary.Right],
        Lag lag => [lag.Of],
        Trend trend => [trend.Of],
        YearOnYear growth => [growth.Of],
        Compare compare => [compare.Of],
        _ => [],
    };

    /// <summary>Codes of all indicators that it reads.</summary>
    public IReadOnlySet<string> Inputs() =>
        new SortedSet<string>(All().OfType<IndicatorRef>().Select(reference => reference.Code), StringComparer.Ordinal);

    /// <summary>
    /// Dimensions of which the inputs are needed whole, whatever of the result is wanted: what is compared, and the time of what
    /// looks back.
    /// </summary>
    public IReadOnlySet<string> WholeDimensions()
    {
        var whole = All().OfType<Compare>().Select(compare => compare.Dimension).ToHashSet(StringComparer.Ordinal);
        if (All().Any(part => part is Lag or Trend or YearOnYear)) whole.UnionWith(["year", "period"]);
        return whole;
    }

    private IEnumerable<Formula> All() => Parts.SelectMany(part => part.All()).Prepend(this);
}
