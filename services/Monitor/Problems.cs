using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor;

/// <summary>
/// Errors of the monitor's own. Append-only; what is common stands in <see cref="CommonProblems"/>. The numbers 0011 to 0023 are codes of
/// single faults in imported files (<see cref="FaultCodes"/>).
/// </summary>
public static class Problems
{
    public static readonly Problem UnknownIndicator = new("WIR-MON-0001", 404, new("Diesen Indikator gibt es nicht", "There is no such indicator"));
    public static readonly Problem IncompleteIndicator = new("WIR-MON-0002", 422, new("Der Indikator ist nicht vollständig beschrieben", "The indicator is not fully described"));
    public static readonly Problem NotCountedLive = new("WIR-MON-0003", 404, new("Dieser Indikator wird nicht laufend gezählt", "This indicator is not counted live"));
    public static readonly Problem TooManyCells = new("WIR-MON-0004", 413, new("Zu viele Zellen auf einmal", "Too many cells at once"));
    public static readonly Problem FaultyFile = new("WIR-MON-0005", 422, new("Die Datei enthält Fehler", "The file has faults"));
    public static readonly Problem WrongState = new("WIR-MON-0006", 409, new("Das geht in diesem Zustand nicht", "This cannot be done in this state"));
    public static readonly Problem ReasonMissing = new("WIR-MON-0007", 422, new("Eine Berichtigung braucht einen Grund", "A revision needs a reason"));
    public static readonly Problem NotAdditive = new("WIR-MON-0008", 422, new("Diese Zahlen lassen sich nicht zusammenfassen", "These numbers cannot be added up"));
    public static readonly Problem InvalidFormula = new("WIR-MON-0009", 422, new("Die Formel ist nicht zulässig", "The formula is not valid"));
    public static readonly Problem NoNumbers = new("WIR-MON-0010", 404, new("Dazu sind keine Zahlen veröffentlicht", "No numbers are published for this"));
    public static readonly Problem FindingsOpen = new("WIR-MON-0024", 422, new("Auffällige Werte sind nicht begründet", "Noticeable values are not explained"));
    public static readonly Problem MeasuredAnew = new("WIR-MON-0027", 409, new("Inzwischen wurde anderes freigegeben", "Something else was released meanwhile"));
    public static readonly Problem HeldBack = new("WIR-MON-0028", 409, new("Eine frühere Fassung ist noch gesperrt", "An earlier vintage is still under embargo"));
    public static readonly Problem TooMuchWork = new("WIR-MON-0026", 413, new("Zu viel Rechenarbeit auf einmal", "Too much to compute at once"));
    public static readonly Problem IsDerived = new("WIR-MON-0025", 409, new("Der Indikator wird berechnet", "The indicator is computed"));
}

/// <summary>Codes of single faults in imported files.</summary>
internal static class FaultCodes
{
    public const string Unreadable = "WIR-MON-0011";
    public const string Area = "WIR-MON-0012";
    public const string Period = "WIR-MON-0013";
    public const string Category = "WIR-MON-0014";
    public const string Value = "WIR-MON-0015";
    public const string Status = "WIR-MON-0016";
    public const string Duplicate = "WIR-MON-0017";
    public const string Contradiction = "WIR-MON-0018";
    public const string NumeratorTooLarge = "WIR-MON-0019";
    public const string Column = "WIR-MON-0020";
    public const string Encoding = "WIR-MON-0021";
    public const string FormulaCell = "WIR-MON-0022";
    public const string MixedDecimals = "WIR-MON-0023";
}
