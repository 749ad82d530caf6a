using System.ComponentModel.DataAnnotations;
using Wir.Registry.Domain;

namespace Wir.Registry.Features.Associations;

/// <summary>An entry as it is handed in: what a client can say about it. Also what a merge patch is applied to.</summary>
public record AssociationInput
{
    /// <summary>Code of the kind, for example <c>registered-association</c>.</summary>
    [MaxLength(60)]
    public required string Kind { get; init; }

    [MinLength(2), MaxLength(200)]
    public required string Name { get; init; }

    [MaxLength(20)]
    public IReadOnlyList<string> AlternateNames { get; init; } = [];

    /// <summary>Register numbers in any usual spelling; they come back in canonical form.</summary>
    [MaxLength(20)]
    public IReadOnlyList<Identifier> Identifiers { get; init; } = [];

    /// <summary>Official key (AGS) of the municipality, or of the district for what works in all of it.</summary>
    [MaxLength(12)]
    public required string Area { get; init; }
    public Address? Address { get; init; }
    public Location? Location { get; init; }

    [MaxLength(20)]
    public IReadOnlyList<CategoryCode> Categories { get; init; } = [];

    /// <summary>BCP 47 tags of the languages spoken.</summary>
    [MaxLength(60)]
    public IReadOnlyList<string> Languages { get; init; } = [];

    [MaxLength(40)]
    public IReadOnlyList<string> TargetGroups { get; init; } = [];

    [MaxLength(40)]
    public IReadOnlyList<string> Accessibility { get; init; } = [];

    /// <summary>By BCP 47 tag.</summary>
    public IReadOnlyDictionary<string, LocalizedText> Texts { get; init; } = new Dictionary<string, LocalizedText>();

    [MaxLength(30)]
    public IReadOnlyList<ContactInput> Contacts { get; init; } = [];

    [MaxLength(30)]
    public IReadOnlyList<Link> Links { get; init; } = [];

    [MaxLength(60)]
    public IReadOnlyList<Offer> Offers { get; init; } = [];
}

/// <summary>A contact point of the organisation (<c>functional</c>) or a <c>person</c>.</summary>
public sealed record ContactInput
{
    public const string Functional = "functional";
    public const string Person = "person";

    /// <summary>Of a person that is already known; keeps it the same person.</summary>
    public Guid? Id { get; init; }

    [AllowedValues(Functional, Person)]
    public required string Type { get; init; }

    /// <summary>What the contact point is, by language: <c>{"de": "Geschäftsstelle"}</c>.</summary>
    public IReadOnlyDictionary<string, string>? Label { get; init; }

    /// <summary>The person's name.</summary>
    [MaxLength(120)]
    public string? Name { get; init; }

    /// <summary>The person's office, for example <c>chair</c>.</summary>
    [MaxLength(60)]
    public string? Role { get; init; }

    [RegularExpression(Mail.OutgoingMail.AddressPattern), MaxLength(254)]
    public string? Email { get; init; }

    [RegularExpression(@"^[+0-9][0-9 ()/.\-]{3,30}$")]
    public string? Phone { get; init; }

    /// <summary>Default: <c>public</c> for contact points, <c>internal</c> for persons.</summary>
    public Visibility? Visibility { get; init; }

    /// <summary>Why a person may be kept; needed for persons.</summary>
    [AllowedValues("consent", "public-register", "legitimate-interest", "legal-duty", null)]
    public string? LegalBasis { get; init; }

    /// <summary>The person's last day in office.</summary>
    public DateOnly? Until { get; init; }
}
