namespace Wir.ServiceDefaults.Errors;

/// <summary>Errors that every service can answer. Append-only.</summary>
public static class CommonProblems
{
    public static readonly Problem Internal = new("WIR-COM-0001", 500, new("Interner Fehler", "Internal error"));
    public static readonly Problem MalformedBody = new("WIR-COM-0002", 400, new("Der Inhalt ist nicht lesbar", "The body cannot be read"));
    public static readonly Problem InvalidShape = new("WIR-COM-0003", 400, new("Der Inhalt hat nicht die erwartete Form", "The body does not have the expected shape"));
    public static readonly Problem InvalidValues = new("WIR-COM-0004", 422, new("Angaben sind ungültig", "Values are invalid"));
    public static readonly Problem UnknownParameter = new("WIR-COM-0005", 400, new("Unbekannter Parameter", "Unknown parameter"));
    public static readonly Problem InvalidParameter = new("WIR-COM-0006", 400, new("Ungültiger Parameter", "Invalid parameter"));
    public static readonly Problem Unauthenticated = new("WIR-COM-0007", 401, new("Anmeldung nötig", "Authentication required"));
    public static readonly Problem Forbidden = new("WIR-COM-0008", 403, new("Nicht erlaubt", "Not allowed"));
    public static readonly Problem ForeignArea = new("WIR-COM-0009", 403, new("Gebiet liegt außerhalb der Zuständigkeit", "The area is outside of your authority"));
    public static readonly Problem NotFound = new("WIR-COM-0010", 404, new("Nicht gefunden", "Not found"));
    public static readonly Problem MethodNotAllowed = new("WIR-COM-0011", 405, new("Methode nicht erlaubt", "Method not allowed"));
    public static readonly Problem NotAcceptable = new("WIR-COM-0012", 406, new("Format nicht verfügbar", "Format not available"));
    public static readonly Problem Conflict = new("WIR-COM-0013", 409, new("Widerspruch zum Bestand", "Conflict with what exists"));
    public static readonly Problem Gone = new("WIR-COM-0014", 410, new("Nicht mehr vorhanden", "Gone"));
    public static readonly Problem PreconditionFailed = new("WIR-COM-0015", 412, new("Inzwischen geändert", "Changed meanwhile"));
    public static readonly Problem TooLarge = new("WIR-COM-0016", 413, new("Zu groß", "Too large"));
    public static readonly Problem UnsupportedMediaType = new("WIR-COM-0017", 415, new("Medientyp nicht unterstützt", "Media type not supported"));
    public static readonly Problem PreconditionRequired = new("WIR-COM-0018", 428, new("If-Match fehlt", "If-Match is missing"));
    public static readonly Problem TooManyRequests = new("WIR-COM-0019", 429, new("Zu viele Anfragen", "Too many requests"));
    public static readonly Problem Unavailable = new("WIR-COM-0020", 503, new("Dienst nicht erreichbar", "Service unavailable"));
    public static readonly Problem UnknownArea = new("WIR-COM-0021", 400, new("Unbekanntes Gebiet", "Unknown area"));
    public static readonly Problem UnknownLanguage = new("WIR-COM-0022", 400, new("Unbekannte Sprache", "Unknown language"));
    public static readonly Problem FourEyes = new("WIR-COM-0023", 403, new("Vier-Augen-Prinzip", "Four eyes are needed"));
    public static readonly Problem UnknownCursor = new("WIR-COM-0024", 400, new("Ungültige Fortsetzungsmarke", "Invalid cursor"));
    public static readonly Problem IdempotencyKeyReused = new("WIR-COM-0025", 422, new("Idempotency-Key anders verwendet", "Idempotency-Key used otherwise"));
    public static readonly Problem InvalidIdempotencyKey = new("WIR-COM-0026", 400, new("Ungültiger Idempotency-Key", "Invalid Idempotency-Key"));
    public static readonly Problem Exists = new("WIR-COM-0027", 412, new("Gibt es schon", "Exists already"));
    public static readonly Problem TooSlow = new("WIR-COM-0028", 408, new("Zu langsam gesendet", "Sent too slowly"));
    public static readonly Problem MalformedRequest = new("WIR-COM-0029", 400, new("Die Anfrage ist fehlerhaft", "The request is malformed"));

    /// <summary>Codes of single faults (<see cref="Fault.Code"/>) that are no problems of their own.</summary>
    public static class Faults
    {
        public const string UnknownMember = "WIR-COM-0100";
        public const string MissingMember = "WIR-COM-0101";
        public const string WrongType = "WIR-COM-0102";
        public const string InvalidValue = "WIR-COM-0103";
        public const string TooLong = "WIR-COM-0104";
        public const string Duplicate = "WIR-COM-0105";
        public const string NotNull = "WIR-COM-0106";
        public const string UnknownParameter = "WIR-COM-0107";
        public const string MissingParameter = "WIR-COM-0108";
        public const string InvalidParameter = "WIR-COM-0109";
    }
}
