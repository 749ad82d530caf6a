namespace Wir.ServiceDefaults.OpenApi;

/// <summary>What members with well-known names hold in examples.</summary>
internal static class ExampleValues
{
    private static readonly Dictionary<string, string> s_texts = new(StringComparer.Ordinal)
    {
        ["area"] = "06635015", ["municipality"] = "06635015", ["origin"] = "06635015", ["areaKey"] = "06635015",
        ["lang"] = "de", ["language"] = "de", ["sourceLanguage"] = "de", ["wantedLanguage"] = "ar", ["requested"] = "de", ["served"] = "de", ["dir"] = "ltr",
        ["name"] = "Sportverein Korbach 1919 e.V.", ["title"] = "Wohnsitz anmelden", ["slug"] = "wohnsitz-anmelden", ["label"] = "Geschäftsstelle",
        ["summary"] = "In zwei Sätzen, worum es geht.", ["description"] = "Ausführlich, worum es geht.", ["body"] = "<p>Text der Seite.</p>",
        ["comment"] = "Geprüft.", ["reason"] = "Doppelt erfasst.", ["changeNote"] = "Öffnungszeiten berichtigt.", ["source"] = "Eigene Erhebung", ["message"] = "Die Telefonnummer stimmt nicht mehr.",
        ["street"] = "Am Stadtpark", ["houseNumber"] = "4", ["postalCode"] = "34497", ["place"] = "Korbach",
        ["email"] = "kontakt@example.org", ["phone"] = "+49 5631 530", ["website"] = "https://example.org", ["href"] = "https://example.org", ["url"] = "https://example.org",
        ["category"] = "sport.football", ["scope"] = "read:internal", ["number"] = "WF-1047-3", ["indicator"] = "E03", ["year"] = "2024", ["group"] = "total",
        ["self"] = "/api/registry/v1/associations?limit=20", ["next"] = "/api/registry/v1/associations?limit=20&cursor=Y3Vyc29y", ["prev"] = "", ["cursor"] = "Y3Vyc29y",
        ["tzid"] = "Europe/Berlin", ["rrule"] = "FREQ=WEEKLY;BYDAY=TU", ["dtstart"] = "2026-09-01T18:00", ["q"] = "sport", ["sort"] = "name", ["fields"] = "id,name",
        ["code"] = "E03", ["status"] = "published", ["type"] = "association", ["kind"] = "registered-association", ["role"] = "chair", ["near"] = "51.27186,8.873194",
        ["arrival"] = "2026-11-01", ["period"] = "2024", ["Idempotency-Key"] = "0197a6d2-7c8e-7000-8000-000000000001", ["If-Match"] = "\"4\"",
    };

    private static readonly Dictionary<string, double> s_numbers = new(StringComparer.Ordinal)
    {
        ["lat"] = 51.27186, ["lon"] = 8.873194, ["score"] = 1, ["limit"] = 20, ["after"] = 0, ["position"] = 4711, ["version"] = 4, ["status"] = 200, ["durationMinutes"] = 90, ["radius"] = 5000,
    };

    public static string Text(string name, string? format) => format switch
    {
        "uuid" => "01970000-0000-7000-8000-000000000001",
        "date-time" => "2026-05-02T08:11:00Z",
        "date" => s_texts.GetValueOrDefault(name) is { Length: 10 } date && date[4] == '-' ? date : "2026-05-02",
        "time" => "18:00:00",
        "uri" => "https://example.org",
        "email" => "kontakt@example.org",
        "byte" or "binary" => "",
        _ => s_texts.GetValueOrDefault(name, "Text"),
    };

    public static double Integer(string name) => Math.Truncate(s_numbers.GetValueOrDefault(name, 1));

    public static double Number(string name) => s_numbers.GetValueOrDefault(name, 1);
}
