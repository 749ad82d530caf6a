using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Wir.Registry.Domain;

/// <summary>
/// What an entry says about an organisation. It never holds a person: those live in a table of their own (<see cref="PersonContact"/>),
/// so that nothing kept of an entry (history, feed, events) has to be searched when a person is to be hidden or erased.
/// </summary>
public sealed record AssociationContent
{
    public required string Kind { get; init; }
    public required string Name { get; init; }
    public IReadOnlyList<string> AlternateNames { get; init; } = [];
    public IReadOnlyList<Identifier> Identifiers { get; init; } = [];
    public required string Area { get; init; }
    public Address? Address { get; init; }
    public Location? Location { get; init; }
    public IReadOnlyList<CategoryCode> Categories { get; init; } = [];
    public IReadOnlyList<string> Languages { get; init; } = [];
    public IReadOnlyList<string> TargetGroups { get; init; } = [];
    public IReadOnlyList<string> Accessibility { get; init; } = [];
    public IReadOnlyDictionary<string, LocalizedText> Texts { get; init; } = new Dictionary<string, LocalizedText>();

    /// <summary>Contact points of the organisation itself.</summary>
    public IReadOnlyList<FunctionalContact> Contacts { get; init; } = [];
    public IReadOnlyList<Link> Links { get; init; } = [];
    public IReadOnlyList<Offer> Offers { get; init; } = [];
}

/// <param name="Scheme">For example <c>DE-CR</c> (court register, org-id form) or a foreign system's name.</param>
/// <param name="Value">Canonical within the scheme.</param>
public sealed record Identifier([MaxLength(40), MinLength(1)] string Scheme, [MaxLength(120), MinLength(1)] string Value);

public sealed record Address(
    [MaxLength(120)] string? Street = null,
    [MaxLength(20)] string? HouseNumber = null,
    [RegularExpression("^[0-9]{5}$")] string? PostalCode = null,
    [MaxLength(120)] string? Place = null);

/// <summary>WGS 84, degrees.</summary>
public sealed record Location(double Lat, double Lon);

public sealed record CategoryCode([MaxLength(40)] string Scheme, [MaxLength(80)] string Code)
{
    /// <summary>As in the table's column: <c>wir:sport.football</c>.</summary>
    [JsonIgnore]
    public string Key => $"{Scheme}:{Code}";
}

/// <param name="Summary">One or two sentences.</param>
/// <param name="Description">Longer text, plain.</param>
/// <param name="State">See <see cref="TextState"/>.</param>
public sealed record LocalizedText(
    [MaxLength(600)] string? Summary = null,
    [MaxLength(10000)] string? Description = null,
    [AllowedValues(TextState.Approved, TextState.MachineTranslated, TextState.Draft)] string State = TextState.Approved);

/// <summary>States of a text; only the public ones leave the office.</summary>
public static class TextState
{
    public const string Approved = "approved";
    public const string MachineTranslated = "machine-translated";
    public const string Draft = "draft";

    public static bool IsPublic(string state) => state is not Draft;
}

/// <summary>Who may see a contact.</summary>
public enum Visibility
{
    Public,

    /// <summary>Authorities with <c>read:internal</c> for the area.</summary>
    Authorities,

    /// <summary>The area's own editors.</summary>
    Internal,
}

public sealed record FunctionalContact(IReadOnlyDictionary<string, string> Label, string? Email, string? Phone, Visibility Visibility);

public sealed record Link([MaxLength(40), MinLength(1)] string Rel, [Url, MaxLength(500)] string Href);

/// <summary>Something the organisation offers, at a place and at times.</summary>
public sealed record Offer
{
    /// <summary>Given by the register when it is missing.</summary>
    public Guid Id { get; init; }
    public required IReadOnlyDictionary<string, string> Name { get; init; }
    public IReadOnlyDictionary<string, string> Description { get; init; } = new Dictionary<string, string>();
    [MaxLength(50)]
    public IReadOnlyList<Schedule> Schedule { get; init; } = [];
    public OfferPlace? Place { get; init; }
    public IReadOnlyList<string> Languages { get; init; } = [];
    public IReadOnlyList<string> TargetGroups { get; init; } = [];
    public IReadOnlyList<string> Accessibility { get; init; } = [];
    [Url, MaxLength(500)]
    public string? Url { get; init; }

    /// <summary>Whether it is known where it takes place; without a place of its own it is at the association's.</summary>
    public bool IsPlaced(Address? address, Location? location) => Place is { } place ? place.IsKnown : address is not null || location is not null;
}

/// <summary>Where an offer takes place; the coordinates are what the samples show, the rest helps people find it.</summary>
public sealed record OfferPlace
{
    public double? Lat { get; init; }
    public double? Lon { get; init; }
    [MaxLength(200)]
    public string? Name { get; init; }
    public Address? Address { get; init; }

    [JsonIgnore]
    public bool IsKnown => Name is not null || Address is not null || (Lat is not null && Lon is not null);
}

/// <summary>Local times with zone and RFC 5545 recurrence: correct across summer time, unlike instants.</summary>
public sealed record Schedule
{
    /// <summary>Local start, <c>2026-09-01T18:00</c>.</summary>
    public required string Dtstart { get; init; }
    public required string Tzid { get; init; }
    [MaxLength(500)]
    public string? Rrule { get; init; }

    /// <summary>Local starts that fall out.</summary>
    [MaxLength(400)]
    public IReadOnlyList<string> Exdates { get; init; } = [];

    /// <summary>True when it does not take place on public holidays of Hesse.</summary>
    public bool ExceptHolidays { get; init; }
    [Range(1, 20160)]
    public required int DurationMinutes { get; init; }
}
