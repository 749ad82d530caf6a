using Wir.ServiceDefaults.Errors;

namespace Wir.Registry;

/// <summary>Errors that only the register answers. Append-only; each has a page under docs/api/problems.</summary>
public static class Problems
{
    public static readonly Problem IdentifierInUse = new("WIR-REG-0001", 409, new("Die Registernummer ist schon vergeben", "The register number is in use"));
    public static readonly Problem Withdrawn = new("WIR-REG-0002", 410, new("Der Eintrag ist nicht mehr öffentlich", "The entry is public no longer"));
    public static readonly Problem LinkUsed = new("WIR-REG-0003", 410, new("Der Link gilt nicht mehr", "The link is valid no longer"));
    public static readonly Problem NotInReview = new("WIR-REG-0004", 409, new("Die Einreichung wartet auf keine Entscheidung", "The submission waits for no decision"));
    public static readonly Problem EntryChanged = new("WIR-REG-0005", 409, new("Der Eintrag hat sich seit der Einreichung geändert", "The entry has changed since the submission"));
    public static readonly Problem TooManyMails = new("WIR-REG-0006", 429, new("Zu viele Nachrichten an diese Adresse", "Too many messages to this address"));
    public static readonly Problem TooManyOccurrences = new("WIR-REG-0007", 413, new("Zu viele Termine auf einmal", "Too many occurrences at once"));
}
