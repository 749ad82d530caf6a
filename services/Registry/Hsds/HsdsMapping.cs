using System.Globalization;
using Wir.Areas;
using Wir.Registry.Codes;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.ServiceDefaults.Texts;

namespace Wir.Registry.Hsds;

/// <summary>
/// What everybody may know of an entry, in the terms of Open Referral: association = organization, offer = service, offer at a place =
/// service_at_location. Persons are no part of it.
/// </summary>
public sealed class HsdsMapping(AreaRegister areas, CodeLists codes, HsdsTaxonomies taxonomies)
{
    private const string Active = "active";
    private const string DemoNotice = "Zur Vorführung erfunden. / Made up for demonstration.";
    private readonly HsdsPlaces _places = new(areas, codes);

    /// <summary>Only what the organization itself has, for lists and inside of services.</summary>
    /// <param name="entry">The public view, without persons.</param>
    /// <param name="baseUrl">Where the interface is reached.</param>
    public HsdsOrganization Organization(AssociationView entry, string baseUrl) => new()
    {
        Id = entry.Id,
        Name = entry.Name,
        AlternateName = entry.AlternateNames.Count > 0 ? entry.AlternateNames[0] : null,
        Description = DescriptionOf(entry),
        Email = EmailsOf(entry).FirstOrDefault(),
        Website = WebsiteOf(entry),
        LegalStatus = codes.Kinds.Find(entry.Kind)?.De ?? entry.Kind,
        Uri = $"{baseUrl}/api/registry/v1/associations/{entry.Id:D}",
        Demo = entry.Demo,
    };

    /// <summary>With all that belongs to it.</summary>
    /// <param name="entry">The public view, without persons.</param>
    /// <param name="baseUrl">Where the interface is reached.</param>
    /// <param name="fullServices">Whether its services come with all that belongs to them.</param>
    public HsdsOrganization FullOrganization(AssociationView entry, string baseUrl, bool fullServices) => Organization(entry, baseUrl) with
    {
        Contacts = entry.Contacts.Select((contact, index) => ContactOf(entry.Id, contact, index)).OrNull(),
        Phones = entry.Contacts.Where(contact => contact.Phone is not null)
            .Select(contact => PhoneOf("phone", entry.Id, contact, organizationId: entry.Id)).DistinctBy(phone => phone.Id).OrNull(),
        Locations = entry.Offers.Select(offer => _places.Of(entry, offer)).Prepend(_places.Home(entry)).OfType<HsdsLocation>().DistinctBy(location => location.Id).OrNull(),
        OrganizationIdentifiers = IdentifiersOf(entry).OrNull(),
        Services = entry.Offers.Select(offer => fullServices ? FullService(entry, offer, baseUrl) with { Organization = null } : Service(entry, offer)).OrNull(),
        Attributes = AttributesOf(entry, entry.Id, "organization").OrNull(),
    };

    /// <summary>Only what the service itself has.</summary>
    public HsdsService Service(AssociationView entry, Offer offer)
    {
        var groups = (offer.TargetGroups.Count > 0 ? offer.TargetGroups : entry.TargetGroups).Select(code => codes.TargetGroups.Find(code)?.De ?? code);
        var name = HsdsValues.Preferred(offer.Name) ?? entry.Name;
        return new HsdsService
        {
            Id = offer.Id,
            OrganizationId = entry.Id,
            Name = name,
            AlternateName = offer.Name.GetValueOrDefault("en") is { } english && english != name ? english : null,
            Description = HsdsValues.Preferred(offer.Description),
            Url = HsdsValues.Uri(offer.Url),
            Email = EmailsOf(entry).FirstOrDefault(),
            Status = entry.Status == "withdrawn" ? "defunct" : Active,
            EligibilityDescription = groups.OrNull() is { } some ? string.Join(", ", some) : null,
            AssuredDate = entry.ConfirmedAt is { } confirmed ? HsdsValues.Date(confirmed) : null,
            Alert = entry.Demo ? DemoNotice : null,
            LastModified = HsdsValues.Instant(entry.UpdatedAt),
            Demo = entry.Demo,
        };
    }

    /// <summary>As in lists: with the organization, which is one to one.</summary>
    public HsdsService ListedService(AssociationView entry, Offer offer, string baseUrl) =>
        Service(entry, offer) with { Organization = Organization(entry, baseUrl) };

    public HsdsService FullService(AssociationView entry, Offer offer, string baseUrl) => ListedService(entry, offer, baseUrl) with
    {
        Phones = entry.Contacts.Where(contact => contact.Phone is not null)
            .Select(contact => PhoneOf("service-phone", offer.Id, contact, serviceId: offer.Id)).DistinctBy(phone => phone.Id).OrNull(),
        Schedules = SchedulesOf(offer, offer.Id).OrNull(),
        ServiceAreas = ServiceAreasOf(entry, offer).OrNull(),
        ServiceAtLocations = AtLocation(entry, offer) is { } place ? [place] : null,
        Languages = LanguagesOf(entry, offer).OrNull(),
        Attributes = AttributesOf(entry, offer.Id, "service").OrNull(),
    };

    public static HsdsServiceStub Stub(AssociationView entry, Offer offer)
    {
        var modified = HsdsValues.Instant(entry.UpdatedAt);
        return new(offer.Id, HsdsValues.Preferred(offer.Name) ?? entry.Name, Active, modified, modified, entry.Demo);
    }

    public HsdsServiceAtLocation? ListedAtLocation(AssociationView entry, Offer offer, string baseUrl) =>
        AtLocation(entry, offer) is not { } full ? null : full with
        {
            Schedules = null,
            Location = full.Location! with { Addresses = null, Accessibility = null },
            Service = ListedService(entry, offer, baseUrl),
        };

    public HsdsServiceAtLocation? FullAtLocation(AssociationView entry, Offer offer, string baseUrl) =>
        AtLocation(entry, offer) is not { } full ? null : full with { Service = FullService(entry, offer, baseUrl) with { ServiceAtLocations = null } };

    private HsdsServiceAtLocation? AtLocation(AssociationView entry, Offer offer)
    {
        if (_places.Of(entry, offer) is not { } location) return null;
        var id = DerivedId.OfOfferAtPlace(offer.Id);
        return new HsdsServiceAtLocation
        {
            Id = id,
            ServiceId = offer.Id,
            LocationId = location.Id,
            Name = HsdsValues.Preferred(offer.Name) ?? entry.Name,
            Status = Active,
            Description = $"{HsdsValues.Preferred(offer.Name)}, {location.Name}",
            Schedules = SchedulesOf(offer, id).OrNull(),
            Location = location,
            Demo = entry.Demo,
        };
    }

    private static IEnumerable<HsdsSchedule> SchedulesOf(Offer offer, Guid ownerId) =>
        offer.Schedule.Select((schedule, index) => HsdsSchedules.Of(schedule, offer.Id, ownerId, index)).OfType<HsdsSchedule>();

    /// <summary>HSDS demands a description; without a text of its own an entry is described by what it is and where.</summary>
    private string DescriptionOf(AssociationView entry)
    {
        var text = HsdsValues.Preferred(entry.Texts);
        return text?.Description ?? text?.Summary ?? $"{codes.Kinds.Find(entry.Kind)?.De ?? entry.Kind}, {areas.Find(entry.Area)?.Name ?? entry.Area}";
    }

    private static IEnumerable<string> EmailsOf(AssociationView entry) => entry.Contacts.Select(contact => HsdsValues.Email(contact.Email)).OfType<string>();

    private static string? WebsiteOf(AssociationView entry) =>
        entry.Links.OrderByDescending(link => link.Rel == "website").Select(link => HsdsValues.Uri(link.Href)).FirstOrDefault(address => address is not null);

    private static HsdsContact ContactOf(Guid organizationId, ContactView contact, int index)
    {
        var id = DerivedId.Of("contact", organizationId, index.ToString(CultureInfo.InvariantCulture));
        IReadOnlyList<HsdsPhone>? phones = contact.Phone is null ? null : [PhoneOf("contact-phone", id, contact)];
        return new(id, organizationId, contact.Label is { } label ? HsdsValues.Preferred(label) : null, HsdsValues.Email(contact.Email), phones);
    }

    private static HsdsPhone PhoneOf(string kind, Guid owner, ContactView contact, Guid? organizationId = null, Guid? serviceId = null) =>
        new(DerivedId.Of(kind, owner, contact.Phone!), organizationId, serviceId, contact.Phone!, "voice", contact.Label is { } label ? HsdsValues.Preferred(label) : null);

    private static IEnumerable<HsdsIdentifier> IdentifiersOf(AssociationView entry) =>
        entry.Identifiers.Prepend(new Identifier("WIR", entry.Number)).Select(identifier => new HsdsIdentifier(
            DerivedId.Of("identifier", entry.Id, identifier.Scheme, identifier.Value), entry.Id, identifier.Scheme,
            identifier.Scheme switch { VrNumber.Scheme => "Vereinsregister", "WIR" => "Vereinsverzeichnis", var other => other }, identifier.Value));

    private IEnumerable<HsdsServiceArea> ServiceAreasOf(AssociationView entry, Offer offer) =>
        areas.Find(entry.Area) is { } area ? [new(DerivedId.Of("service_area", offer.Id, area.Key), offer.Id, area.Name, area.Key, "AGS")] : [];

    private static IEnumerable<HsdsLanguage> LanguagesOf(AssociationView entry, Offer offer) =>
        (offer.Languages.Count > 0 ? offer.Languages : entry.Languages).Select(tag => new HsdsLanguage(
            DerivedId.Of("language", offer.Id, tag), offer.Id, Languages.TryParse(tag, out var language) ? language.EnglishName : tag, tag));

    private IEnumerable<HsdsAttribute> AttributesOf(AssociationView entry, Guid owner, string ownerKind)
    {
        var terms = entry.Categories.Where(category => category.Scheme == "wir").Select(category => taxonomies.Find(HsdsTaxonomies.Categories, category.Code))
            .Concat(entry.TargetGroups.Select(code => taxonomies.Find(HsdsTaxonomies.TargetGroups, code)));
        return terms.OfType<HsdsTaxonomyTerm>().Select(term => new HsdsAttribute(
            DerivedId.Of("attribute", owner, term.Taxonomy, term.Code), owner, term.Id, term.Taxonomy == HsdsTaxonomies.Categories ? "category" : "target_group", ownerKind,
            term with { TaxonomyDetail = null }));
    }
}
