using Wir.ServiceDefaults.Errors;

namespace Wir.WelcomePackage;

/// <summary>Errors of the welcome package's own. Append-only; what is common stands in <see cref="CommonProblems"/>.</summary>
public static class Problems
{
    public static readonly Problem NoTranslation = new("WIR-WEL-0001", 404, new("Keine Fassung in dieser Sprache", "No text in this language"));
    public static readonly Problem AreaOutsideParent = new("WIR-WEL-0002", 409, new("Gebiet passt nicht zur übergeordneten Seite", "The area does not fit the parent page"));
    public static readonly Problem ParentNotLive = new("WIR-WEL-0003", 409, new("Die übergeordnete Seite ist nicht veröffentlicht", "The parent page is not published"));
    public static readonly Problem NothingToPublish = new("WIR-WEL-0004", 409, new("Kein Entwurf zum Veröffentlichen", "No draft to publish"));
    public static readonly Problem SourceMissing = new("WIR-WEL-0005", 409, new("Der Text in der Ausgangssprache fehlt", "The text in the source language is missing"));
    public static readonly Problem SlugTaken = new("WIR-WEL-0006", 409, new("Die Adresse ist vergeben", "The address is taken"));
    public static readonly Problem NotAnOverlay = new("WIR-WEL-0007", 422, new("Kein Gebiet unterhalb der Seite", "Not an area below the page"));
    public static readonly Problem PackageExpired = new("WIR-WEL-0008", 410, new("Das Paket ist abgelaufen", "The package has expired"));
    public static readonly Problem PageRemoved = new("WIR-WEL-0009", 410, new("Die Seite gibt es nicht mehr", "The page exists no longer"));
    public static readonly Problem PageCycle = new("WIR-WEL-0011", 409, new("Die Seite hinge unter sich selbst", "The page would hang below itself"));
    public static readonly Problem HasChildren = new("WIR-WEL-0012", 409, new("Darunter liegen veröffentlichte Seiten", "There are published pages below"));
    public static readonly Problem NotSubmitted = new("WIR-WEL-0013", 409, new("Nichts zur Prüfung vorgelegt", "Nothing was submitted for review"));
    public static readonly Problem InaccessibleText = new("WIR-WEL-0014", 422, new("Der Text ist nicht barrierefrei", "The text is not accessible"));
    public static readonly Problem UnknownShared = new("WIR-WEL-0015", 422, new("Unbekannter gemeinsamer Baustein", "Unknown shared item"));
    public static readonly Problem SharedCycle = new("WIR-WEL-0016", 422, new("Bausteine enthalten einander", "Shared items contain each other"));
    public static readonly Problem MediumNotReady = new("WIR-WEL-0017", 422, new("Ein Bild kann so nicht erscheinen", "A picture cannot be shown like this"));
    public static readonly Problem UnsupportedMedium = new("WIR-WEL-0018", 415, new("Kein unterstütztes Bild", "Not a supported picture"));
    public static readonly Problem NotLive = new("WIR-WEL-0019", 409, new("Die Seite ist nicht veröffentlicht", "The page is not published"));
    public static readonly Problem SharedInUse = new("WIR-WEL-0020", 409, new("Der Baustein wird noch verwendet", "The shared item is still in use"));
    public static readonly Problem EmptyText = new("WIR-WEL-0010", 422, new("Es bleibt kein Text übrig", "No text is left"));
}
