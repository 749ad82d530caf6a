namespace Wir.Monitor;

/// <summary>Configuration section <c>Wir:Monitor</c>.</summary>
public sealed class MonitorOptions
{
    public const string Section = "Wir:Monitor";

    /// <summary>
    /// Cells that the formula of one indicator may compute over all of its inputs' numbers, those in between included.
    /// </summary>
    public long FormulaOperations { get; set; } = 50_000_000;

    /// <summary>Indicators with a formula that one area may own.</summary>
    public int ComputedPerArea { get; set; } = 200;
}
