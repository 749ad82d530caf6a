using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor;

/// <summary>Errors of the monitor's own. Append-only; what is common stands in <see cref="CommonProblems"/>.</summary>
public static class Problems
{
    public static readonly Problem UnknownIndicator = new("WIR-MON-0001", 404, new("Diesen Indikator gibt es nicht", "There is no such indicator"));
    public static readonly Problem IncompleteIndicator = new("WIR-MON-0002", 422, new("Der Indikator ist nicht vollständig beschrieben", "The indicator is not fully described"));
    public static readonly Problem NotCountedLive = new("WIR-MON-0003", 404, new("Dieser Indikator wird nicht laufend gezählt", "This indicator is not counted live"));
}
