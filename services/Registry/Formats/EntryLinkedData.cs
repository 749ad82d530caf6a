using System.Text.Json.Nodes;
using Wir.Areas;
using Wir.Registry.Codes;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.ServiceDefaults.Texts;

namespace Wir.Registry.Formats;

/// <summary>Entries in the terms of schema.org (JSON-LD). Without contact persons.</summary>
public sealed class EntryLinkedData(CodeLists codes, AreaRegister areas)
{
    /// <summary>One entry by itself, with its context.</summary>
    public JsonObject Document(AssociationView entry, string baseUrl)
    {
        var document = new JsonObject { ["@context"] = Context() };
        foreach (var (name, value) in Organization(entry, baseUrl).ToArray()) document[name] = value?.DeepClone();
        return document;
    }

    public JsonObject Document(IEnumerable<AssociationView> entries, string baseUrl) => new()
    {
        ["@context"] = Context(),
        ["@graph"] = new JsonArray([.. entries.Select(entry => (JsonNode)Organization(entry, baseUrl))]),
    };

    private static JsonArray Context() => ["https://schema.org", new JsonObject { ["demo"] = "urn:wir:demo" }];

    private JsonObject Organization(AssociationView entry, string baseUrl)
    {
        var url = $"{baseUrl}{RegistryApi.Prefix}/associations/{entry.Id:D}";
        var text = entry.Texts.GetValueOrDefault(Languages.Default) ?? entry.Texts.Values.FirstOrDefault();
        var contact = entry.Contacts.FirstOrDefault(one => one.Type == ContactInput.Functional);
        return Without(new JsonObject
        {
            ["@type"] = codes.Kinds.Find(entry.Kind)?.Mappings.GetValueOrDefault("schemaOrg") ?? "Organization",
            ["@id"] = url,
            ["name"] = entry.Name,
            ["alternateName"] = Array(entry.AlternateNames.Select(name => (JsonNode)name)),
            ["identifier"] = Array(entry.Identifiers.Prepend(new Identifier("WIR", entry.Number)).Select(identifier =>
                new JsonObject { ["@type"] = "PropertyValue", ["propertyID"] = identifier.Scheme, ["value"] = identifier.Value })),
            ["description"] = text?.Description ?? text?.Summary,
            ["url"] = entry.Links.FirstOrDefault(link => link.Rel == "website")?.Href,
            ["email"] = contact?.Email,
            ["telephone"] = contact?.Phone,
            ["address"] = AddressOf(entry.Address),
            ["location"] = PlaceOf(entry),
            ["areaServed"] = new JsonObject { ["@type"] = "AdministrativeArea", ["name"] = areas.Find(entry.Area)?.Name, ["identifier"] = entry.Area },
            ["knowsLanguage"] = Array(entry.Languages.Select(tag => (JsonNode)tag)),
            ["keywords"] = Array(entry.Categories.Select(category => (JsonNode)(codes.Schemes.Find(category.Scheme)?.Find(category.Code)?.De ?? category.Code))),
            ["makesOffer"] = Array(entry.Offers.Select(OfferOf)),
            ["demo"] = entry.Demo,
        });
    }

    private static JsonObject? AddressOf(Address? address) => address is null ? null : Without(new JsonObject
    {
        ["@type"] = "PostalAddress",
        ["streetAddress"] = $"{address.Street} {address.HouseNumber}".Trim() is { Length: > 0 } street ? street : null,
        ["postalCode"] = address.PostalCode,
        ["addressLocality"] = address.Place,
        ["addressCountry"] = "DE",
    });

    private static JsonObject? PlaceOf(AssociationView entry) => entry.Location is not { } point ? null : new JsonObject
    {
        ["@type"] = "Place",
        ["geo"] = new JsonObject { ["@type"] = "GeoCoordinates", ["latitude"] = point.Lat, ["longitude"] = point.Lon },
    };

    private static JsonObject OfferOf(Offer offer) => new()
    {
        ["@type"] = "Offer",
        ["itemOffered"] = new JsonObject { ["@type"] = "Service", ["name"] = Text(offer.Name), ["serviceType"] = "Angebot" },
    };

    /// <summary>One text as it is, several with their languages.</summary>
    private static JsonNode? Text(IReadOnlyDictionary<string, string> texts) => texts.Count == 1
        ? texts.Values.First()
        : new JsonArray([.. texts.Select(text => (JsonNode)new JsonObject { ["@language"] = text.Key, ["@value"] = text.Value })]);

    private static JsonArray? Array(IEnumerable<JsonNode> values) => values.ToArray() is { Length: > 0 } some ? new JsonArray(some) : null;

    private static JsonObject Without(JsonObject value)
    {
        foreach (var name in value.Where(member => member.Value is null).Select(member => member.Key).ToArray()) value.Remove(name);
        return value;
    }
}
