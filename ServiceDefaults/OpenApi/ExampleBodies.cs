using System.Text.Json.Nodes;

namespace Wir.ServiceDefaults.OpenApi;

/// <summary>
/// Bodies that operations take, by the operations' names, where an example made from the schema would be refused by a rule that no schema tells.
/// The tests of the APIs call every operation with its example.
/// </summary>
internal static class ExampleBodies
{
    private const string Entry = """
        "kind": "initiative", "name": "Sprachcafé Korbach", "area": "06635015",
        "address": { "street": "Am Stadtpark", "houseNumber": "4", "postalCode": "34497", "place": "Korbach" },
        "location": { "lat": 51.27186, "lon": 8.873194 }, "categories": [{ "scheme": "wir", "code": "sport.football" }],
        "languages": ["de", "ar", "uk"], "targetGroups": ["children", "women"],
        "texts": { "de": { "summary": "Kaffee, Gespräche und Hilfe bei Briefen, jeden Donnerstag." } },
        "contacts": [{ "type": "functional", "label": { "de": "Büro" }, "email": "buero@example.org", "phone": "+493023125042", "visibility": "public" }],
        "links": [{ "rel": "website", "href": "https://example.org" }]
        """;

    private static readonly Dictionary<string, string> s_bodies = new(StringComparer.Ordinal)
    {
        ["RegisterAssociation"] = $$"""{ {{Entry}} }""",
        ["SubmitAssociation"] = $$"""{ {{Entry}}, "submitter": { "name": "Vorname Nachname", "email": "vorstand@example.org", "role": "chair" } }""",
        ["ChangeAssociation"] = """{ "languages": ["de", "ar", "uk", "fa"], "texts": { "de": { "summary": "Jetzt auch am Samstag." } } }""",
        ["ConfirmSubmission"] = """{ "token": "aus-dem-Link-in-der-Mail" }""",
        ["ReviewSubmission"] = """{ "decision": "approve", "comment": "Geprüft." }""",
        ["ReportError"] = """{ "associationId": "01970000-0000-7000-8000-000000000001", "subject": "other", "message": "Die Telefonnummer stimmt nicht mehr." }""",
        ["CloseTask"] = """{ "outcome": "done", "comment": "Berichtigt." }""",
        ["ExportPerson"] = """{ "email": "vorstand@example.org" }""",
        ["ErasePerson"] = """{ "email": "vorstand@example.org" }""",
        ["CreatePage"] = """{ "parentId": null, "area": "06635015", "order": 1, "sourceLanguage": "de", "fieldOfAction": "work" }""",
        ["PutTranslation"] = """{ "title": "Wohnsitz anmelden", "summary": "Wo, wann und womit.", "body": "<p>Melden Sie sich innerhalb von zwei Wochen an.</p>", "changeNote": "Öffnungszeiten berichtigt.", "minor": false }""",
        ["PutOverlay"] = """{ "blocks": [{ "position": "after", "body": "<p>In Korbach: Bürgerbüro, Stechbahn 1.</p>" }] }""",
        ["PutShared"] = """{ "kind": "fact", "area": "06635015", "labels": { "de": "Gebühr für den Aufenthaltstitel" }, "values": [{ "asOf": "2026-01-01", "value": { "de": "100 Euro" }, "source": "§ 45 AufenthV", "sourceUrl": "https://www.gesetze-im-internet.de/aufenthv/__45.html" }] }""",
        ["PublishPage"] = """{ "languages": ["de"] }""",
        ["IssuePackage"] = """{ "area": "06635015", "language": "ar", "wantedLanguage": "ar", "channel": "office" }""",
        ["PutIndicator"] = """
            { "name": { "de": "Plätze in Sprachkursen", "en": "Places in language courses" }, "definition": { "de": "Plätze am Stichtag.", "en": "Places on the day." },
              "numerator": { "de": "Plätze", "en": "Places" }, "denominator": { "de": "keiner", "en": "none" }, "unit": "count", "direction": "higher-better", "field": "Z",
              "source": { "code": "own", "name": { "de": "Eigene Erhebung", "en": "Own survey" } }, "periodicity": "year", "lowestLevel": "municipality",
              "contact": { "de": "WIR-Koordination", "en": "WIR coordination" }, "licence": { "de": "Datenlizenz Deutschland – Zero – Version 2.0", "en": "Data licence Germany – Zero – version 2.0" } }
            """,
        ["PostImport"] = "\"area;year;value\\n06635015;2024;12\\n\"",
        ["CheckImport"] = """{ "note": "Mit der Quelle verglichen." }""",
        ["ReleaseImport"] = """{ "embargoUntil": "2027-01-31T07:00:00Z" }""",
        ["CreateClient"] = """{ "name": "county-system", "scopes": ["registry:write", "read:internal"], "areas": ["06635015"], "requestsPerMinute": 600 }""",
        ["ChangeClient"] = """{ "requestsPerMinute": 1200 }""",
        ["CreateKey"] = """{ "overlapMinutes": 60 }""",
        ["ReplayMessages"] = """{ "what": "outbox" }""",
    };

    /// <summary>Null when the schema says enough. A text is the body of those media types that are no JSON.</summary>
    public static JsonNode? Of(string? operation) => operation is not null && s_bodies.TryGetValue(operation, out var body) ? JsonNode.Parse(body) : null;
}
