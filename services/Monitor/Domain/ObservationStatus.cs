namespace Wir.Monitor.Domain;

/// <summary>What is known about a cell. A closed list: hidden, missing and a true 0 are never the same.</summary>
public enum ObservationStatus : byte
{
    Normal = 0,
    Provisional = 1,
    Revised = 2,
    Estimated = 3,
    Missing = 4,
    NotApplicable = 5,
    Confidential = 6,
    BelowHalfUnit = 7,
    Uncertain = 8,

    /// <summary>It was there and is no more; only in answers about what changed.</summary>
    Deleted = 254,

    /// <summary>Nobody ever delivered the cell; shown as <see cref="Missing"/>.</summary>
    Absent = 255,
}

/// <summary>How a status is written: in answers, in the signs of German official statistics, in SDMX.</summary>
public static class Statuses
{
    private static readonly (ObservationStatus Status, string Code, string Symbol, string Sdmx, LocalText Name)[] s_all =
    [
        (ObservationStatus.Normal, "normal", "", "A", new("Normaler Wert", "Normal value")),
        (ObservationStatus.Provisional, "provisional", "p", "P", new("Vorläufig", "Provisional")),
        (ObservationStatus.Revised, "revised", "r", "R", new("Berichtigt", "Revised")),
        (ObservationStatus.Estimated, "estimated", "e", "E", new("Geschätzt", "Estimated")),
        (ObservationStatus.Missing, "missing", "…", "O", new("Angabe fehlt oder fällt später an", "Missing, or to come later")),
        (ObservationStatus.NotApplicable, "not-applicable", "x", "M", new("Aussage nicht sinnvoll", "Not applicable")),
        (ObservationStatus.Confidential, "confidential", ".", "Q", new("Geheim zu halten", "Confidential")),
        (ObservationStatus.BelowHalfUnit, "below-half-unit", "0", "N", new("Weniger als die Hälfte der kleinsten Einheit, aber mehr als nichts", "Less than half of the smallest unit, but more than nothing")),
        (ObservationStatus.Uncertain, "uncertain", "/", "U", new("Nicht sicher genug", "Not certain enough")),
    ];

    private static readonly Dictionary<string, ObservationStatus> s_byCode = s_all
        .SelectMany(row => new[] { (row.Code, row.Status), (row.Sdmx, row.Status) }.Concat(row.Symbol.Length > 0 ? [(row.Symbol, row.Status)] : []))
        .DistinctBy(pair => pair.Item1, StringComparer.Ordinal).ToDictionary(pair => pair.Item1, pair => pair.Status, StringComparer.Ordinal);

    public static IEnumerable<(string Code, string Symbol, LocalText Name)> All => s_all.Select(row => (row.Code, row.Symbol, row.Name));

    /// <summary>Reads a code, a sign or the code of SDMX; null when it is none of them.</summary>
    public static ObservationStatus? Parse(string text) =>
        text.Length == 0 ? ObservationStatus.Normal : text == "..." ? ObservationStatus.Missing : s_byCode.TryGetValue(text, out var status) ? status : null;

    public static string Code(ObservationStatus status) => status == ObservationStatus.Deleted ? "deleted" : s_all[Shown(status)].Code;

    public static string Sdmx(ObservationStatus status) => s_all[Shown(status)].Sdmx;

    /// <summary>The sign that stands for the cell or beside its value; a true 0 is shown as <c>–</c>, an uncertain value in <c>( )</c>.</summary>
    public static string Symbol(ObservationStatus status, double value) => status switch
    {
        ObservationStatus.Normal when value == 0 => "–",
        ObservationStatus.Uncertain when !double.IsNaN(value) => "( )",
        _ => s_all[Shown(status)].Symbol,
    };

    /// <summary>True when such a cell never has a value.</summary>
    public static bool HasNoValue(ObservationStatus status) =>
        status is ObservationStatus.Missing or ObservationStatus.NotApplicable or ObservationStatus.Confidential or ObservationStatus.Deleted or ObservationStatus.Absent;

    private static int Shown(ObservationStatus status) => status is ObservationStatus.Absent or ObservationStatus.Deleted ? (int)ObservationStatus.Missing : (int)status;
}
