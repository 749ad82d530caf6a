using Wir.ServiceDefaults.Errors;

namespace Wir.Gateway;

/// <summary>Errors that the gateway can answer by itself. Append-only.</summary>
internal static class Problems
{
    public static readonly Problem ServiceDown = new("WIR-GAT-0001", 503, new("Dienst nicht erreichbar", "Service cannot be reached"));
    public static readonly Problem InvalidKey = new("WIR-GAT-0002", 401, new("API-Schlüssel ungültig", "API key not valid"));
    public static readonly Problem ServiceSlow = new("WIR-GAT-0003", 504, new("Dienst antwortet nicht", "Service does not answer"));
    public static readonly Problem NotReady = new("WIR-GAT-0004", 503, new("Gateway startet noch", "Gateway is starting"));
    public static readonly Problem UnknownScope = new("WIR-GAT-0005", 422, new("Unbekannte Berechtigung", "Unknown scope"));
    public static readonly Problem NameTaken = new("WIR-GAT-0006", 409, new("Name ist vergeben", "The name is taken"));
    public static readonly Problem InvalidSignIn = new("WIR-GAT-0007", 401, new("Anmeldung ungültig", "Sign-in not valid"));
    public static readonly Problem BeyondOwnRights =
        new("WIR-GAT-0008", 403, new("Mehr als die eigenen Rechte", "More than one's own rights"));
    public static readonly Problem TooManyClients =
        new("WIR-GAT-0009", 409, new("Zu viele Clients oder Schlüssel", "Too many clients or keys"));
}
