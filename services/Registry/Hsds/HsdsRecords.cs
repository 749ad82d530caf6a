using System.Text.Json.Serialization;

namespace Wir.Registry.Hsds;

/// <summary>About this interface.</summary>
/// <param name="Version">Version of HSDS.</param>
/// <param name="Profile">Where the specification that it follows is described.</param>
/// <param name="OpenapiUrl">OpenAPI document of this interface.</param>
public sealed record HsdsApi(string Version, string Profile, string OpenapiUrl);

/// <summary>A page of a list.</summary>
public sealed record HsdsPage<T>
{
    public required long TotalItems { get; init; }
    public required long TotalPages { get; init; }
    public required long PageNumber { get; init; }

    /// <summary>Entries on this page.</summary>
    public required int Size { get; init; }
    public required bool FirstPage { get; init; }
    public required bool LastPage { get; init; }
    public required bool Empty { get; init; }
    public required IReadOnlyList<T> Contents { get; init; }
}

/// <summary>An association.</summary>
public sealed record HsdsOrganization
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public string? AlternateName { get; init; }
    public required string Description { get; init; }
    public string? Email { get; init; }
    public string? Website { get; init; }
    public string? LegalStatus { get; init; }
    public string? Uri { get; init; }
    public IReadOnlyList<HsdsContact>? Contacts { get; init; }
    public IReadOnlyList<HsdsPhone>? Phones { get; init; }
    public IReadOnlyList<HsdsLocation>? Locations { get; init; }
    public IReadOnlyList<HsdsIdentifier>? OrganizationIdentifiers { get; init; }
    public IReadOnlyList<HsdsService>? Services { get; init; }
    public IReadOnlyList<HsdsAttribute>? Attributes { get; init; }

    /// <summary>Ours: true for entries made up for demonstration.</summary>
    public required bool Demo { get; init; }
}

/// <summary>An offer of an association.</summary>
public sealed record HsdsService
{
    public required Guid Id { get; init; }
    public Guid? OrganizationId { get; init; }
    public required string Name { get; init; }
    public string? AlternateName { get; init; }
    public string? Description { get; init; }
    public string? Url { get; init; }
    public string? Email { get; init; }
    public required string Status { get; init; }
    public string? EligibilityDescription { get; init; }
    public string? AssuredDate { get; init; }
    public string? Alert { get; init; }
    public string? LastModified { get; init; }
    public IReadOnlyList<HsdsPhone>? Phones { get; init; }
    public IReadOnlyList<HsdsSchedule>? Schedules { get; init; }
    public IReadOnlyList<HsdsServiceArea>? ServiceAreas { get; init; }
    public IReadOnlyList<HsdsServiceAtLocation>? ServiceAtLocations { get; init; }
    public IReadOnlyList<HsdsLanguage>? Languages { get; init; }
    public HsdsOrganization? Organization { get; init; }
    public IReadOnlyList<HsdsContact>? Contacts { get; init; }
    public IReadOnlyList<HsdsAttribute>? Attributes { get; init; }

    /// <summary>Ours: true for entries made up for demonstration.</summary>
    public required bool Demo { get; init; }
}

/// <summary>What <c>minimal=true</c> asks for; name and status are there because the schema demands them of every service.</summary>
public sealed record HsdsServiceStub(Guid Id, string Name, string Status, string ModifiedDate, string LastModified, bool Demo);

/// <summary>An offer at its place.</summary>
public sealed record HsdsServiceAtLocation
{
    public required Guid Id { get; init; }
    public Guid? ServiceId { get; init; }
    public Guid? LocationId { get; init; }

    /// <summary>The OpenAPI document of HSDS 3.0 wants a service here, the schemas a service at a location; with name and status it is both.</summary>
    public string? Name { get; init; }

    /// <inheritdoc cref="Name"/>
    public string? Status { get; init; }
    public string? Description { get; init; }
    public IReadOnlyList<HsdsSchedule>? Schedules { get; init; }
    public HsdsLocation? Location { get; init; }
    public HsdsService? Service { get; init; }

    /// <summary>Ours: true for entries made up for demonstration.</summary>
    public required bool Demo { get; init; }
}

public sealed record HsdsLocation
{
    public required Guid Id { get; init; }
    public required string LocationType { get; init; }
    public Guid? OrganizationId { get; init; }
    public string? Name { get; init; }
    public double? Latitude { get; init; }
    public double? Longitude { get; init; }
    public IReadOnlyList<HsdsAddress>? Addresses { get; init; }
    public IReadOnlyList<HsdsAccessibility>? Accessibility { get; init; }
}

public sealed record HsdsAddress
{
    public required Guid Id { get; init; }
    public Guid? LocationId { get; init; }

    [JsonPropertyName("address_1")]
    public required string Address1 { get; init; }
    public required string City { get; init; }
    public string? Region { get; init; }
    public required string StateProvince { get; init; }
    public required string PostalCode { get; init; }
    public required string Country { get; init; }
    public required string AddressType { get; init; }
}

public sealed record HsdsContact(Guid Id, Guid? OrganizationId, string? Name, string? Email, IReadOnlyList<HsdsPhone>? Phones);

public sealed record HsdsPhone(Guid Id, Guid? OrganizationId, Guid? ServiceId, string Number, string Type, string? Description);

public sealed record HsdsIdentifier(Guid Id, Guid OrganizationId, string IdentifierScheme, string IdentifierType, string Identifier);

public sealed record HsdsLanguage(Guid Id, Guid ServiceId, string Name, string Code);

public sealed record HsdsAccessibility(Guid Id, Guid LocationId, string Description);

public sealed record HsdsServiceArea(Guid Id, Guid ServiceId, string Name, string Extent, string ExtentType);

public sealed record HsdsAttribute(Guid Id, Guid LinkId, Guid TaxonomyTermId, string LinkType, string LinkEntity, HsdsTaxonomyTerm TaxonomyTerm);

public sealed record HsdsTaxonomy(Guid Id, string Name, string Description, string? Uri, string Version);

public sealed record HsdsTaxonomyTerm(
    Guid Id, string Code, string Name, string Description, Guid? ParentId, string Taxonomy, string Language, Guid TaxonomyId, HsdsTaxonomy? TaxonomyDetail);

/// <summary>When an offer takes place, in local time.</summary>
public sealed record HsdsSchedule
{
    public required Guid Id { get; init; }
    public Guid? ServiceId { get; init; }
    public required string ValidFrom { get; init; }
    public string? ValidTo { get; init; }
    public required string Dtstart { get; init; }

    /// <summary>Hours ahead of UTC in winter.</summary>
    public double? Timezone { get; init; }
    public string? Until { get; init; }
    public int? Count { get; init; }
    public string? Wkst { get; init; }
    public string? Freq { get; init; }
    public int? Interval { get; init; }
    public string? Byday { get; init; }
    public string? Bymonthday { get; init; }
    public string? Description { get; init; }
    public required string OpensAt { get; init; }
    public required string ClosesAt { get; init; }
    public string? Notes { get; init; }
}
