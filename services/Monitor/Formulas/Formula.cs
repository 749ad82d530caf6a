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

    /// <summary>Codes of all indicators that it reads.</summary>
    public IReadOnlySet<string> Inputs()
    {
        var codes = new SortedSet<string>(StringComparer.Ordinal);
        Collect(this, codes);
        return codes;
    }

    private static void Collect(Formula formula, SortedSet<string> codes)
    {
        switch (formula)
        {
            case IndicatorRef reference:
                codes.Add(reference.Code);
                break;
            case Binary binary:
                Collect(binary.Left, codes);
                Collect(binary.Right, codes);
                break;
            case Lag lag:
                Collect(lag.Of, codes);
                break;
            case Trend trend:
                Collect(trend.Of, codes);
                break;
            case YearOnYear growth:
                Collect(growth.Of, codes);
                break;
            case Compare compare:
                Collect(compare.Of, codes);
                break;
        }
    }
}
