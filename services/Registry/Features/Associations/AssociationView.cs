using System.Text.Json.Serialization;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Access;

namespace Wir.Registry.Features.Associations;

/// <summary>An entry as the API shows it.</summary>
public sealed record AssociationView
{
    public required Guid Id { get; init; }

    /// <summary>Number that people can say, with a check digit.</summary>
    public required string Number { get; init; }
    public required long Version { get; init; }

    /// <summary><c>published</c> or <c>withdrawn</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Made up for demonstration.</summary>
    public required bool Demo { get; init; }
    public required string Kind { get; init; }
    public required string Name { get; init; }
    public required IReadOnlyList<string> AlternateNames { get; init; }
    public required IReadOnlyList<Identifier> Identifiers { get; init; }
    public required string Area { get; init; }
    public Address? Address { get; init; }
    public Location? Location { get; init; }
    public required IReadOnlyList<CategoryCode> Categories { get; init; }
    public required IReadOnlyList<string> Languages { get; init; }
    public required IReadOnlyList<string> TargetGroups { get; init; }
    public required IReadOnlyList<string> Accessibility { get; init; }
    public required IReadOnlyDictionary<string, LocalizedText> Texts { get; init; }
    public required IReadOnlyList<ContactView> Contacts { get; init; }
    public required IReadOnlyList<Link> Links { get; init; }
    public required IReadOnlyList<Offer> Offers { get; init; }

    /// <summary>When somebody who knows last said that all is right.</summary>
    public DateTimeOffset? ConfirmedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>How fresh that is; in answers to readers only, since it changes by itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConfirmationView? Confirmation { get; init; }

    /// <summary>Why it is public no longer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WithdrawnReason { get; init; }

    /// <summary>What everybody may know, without persons: what feed, export and events hold.</summary>
    public static AssociationView WithoutPersons(Association entry) => Of(entry, entry.Content, [], Audience.Public, default);

    public static AssociationView Of(Association entry, Audience audience, DateOnly today) => Of(entry, entry.Content, entry.Persons, audience, today) with
    {
        Confirmation = ConfirmationView.Of(entry.ConfirmedAt, today),
    };

    public static AssociationView Of(Association entry, AssociationContent content, IEnumerable<PersonContact> persons, Audience audience, DateOnly today) => new()
    {
        Id = entry.Id,
        Number = entry.Number,
        Version = entry.Version,
        Status = EnumCodes.Of(entry.Status),
        Demo = entry.Demo,
        Kind = content.Kind,
        Name = content.Name,
        AlternateNames = content.AlternateNames,
        Identifiers = content.Identifiers,
        Area = content.Area,
        Address = content.Address,
        Location = content.Location,
        Categories = content.Categories,
        Languages = content.Languages,
        TargetGroups = content.TargetGroups,
        Accessibility = content.Accessibility,
        Texts = audience == Audience.Office ? content.Texts : content.Texts.Where(text => TextState.IsPublic(text.Value.State)).ToDictionary(),
        Contacts =
        [
            .. content.Contacts.Where(contact => audience.Sees(contact.Visibility)).Select(ContactView.Of),
            .. persons.Where(person => audience.Sees(person, today)).OrderBy(person => person.Ordinal).Select(person => ContactView.Of(person, audience)),
        ],
        Links = content.Links,
        Offers = content.Offers,
        ConfirmedAt = entry.ConfirmedAt,
        UpdatedAt = entry.UpdatedAt,
        WithdrawnReason = entry.WithdrawnReason,
    };
}

/// <param name="Level"><c>current</c>, <c>due</c> (a year has passed, the association is being asked) or <c>lapsed</c> (it did not answer).</param>
/// <param name="DueOn">Civil day from which the association is asked again.</param>
public sealed record ConfirmationView(string Level, DateOnly? DueOn)
{
    private const int DaysToAnswer = 42;

    public static ConfirmationView Of(DateTimeOffset? confirmedAt, DateOnly today)
    {
        if (confirmedAt is not { } at) return new("lapsed", null);
        var due = at.ToCivilDate().PlusYears(1).ToDateOnly();
        return new(today < due ? "current" : today < due.AddDays(DaysToAnswer) ? "due" : "lapsed", due);
    }
}

/// <summary>A contact as the API shows it; members that are empty for its type are left out.</summary>
public sealed record ContactView
{
    public required string Type { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Label { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public required string Visibility { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LegalBasis { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateOnly? Until { get; init; }

    public static ContactView Of(FunctionalContact contact) => new()
    {
        Type = ContactInput.Functional,
        Label = contact.Label,
        Email = contact.Email,
        Phone = contact.Phone,
        Visibility = EnumCodes.Of(contact.Visibility),
    };

    public static ContactView Of(PersonContact person, Audience audience) => new()
    {
        Type = ContactInput.Person,
        Id = audience == Audience.Office ? person.Id : null,
        Name = person.Name,
        Role = person.Role,
        Email = person.Email,
        Phone = person.Phone,
        Visibility = EnumCodes.Of(person.Visibility),
        LegalBasis = audience == Audience.Office ? person.LegalBasis : null,
        Until = audience == Audience.Office ? person.Until : null,
    };
}

/// <summary>Who reads, as far as contacts are concerned.</summary>
public enum Audience
{
    Public,

    /// <summary>Reads with <c>read:internal</c> for the entry's area.</summary>
    Authorities,

    /// <summary>Edits or approves in the entry's area.</summary>
    Office,
}

public static class Audiences
{
    public static Audience AudienceFor(this Caller caller, string area) =>
        caller.May(Scopes.RegistryWrite, area) || caller.May(Scopes.RegistryApprove, area) ? Audience.Office
        : caller.May(Scopes.ReadInternal, area) ? Audience.Authorities
        : Audience.Public;

    public static bool Sees(this Audience audience, Visibility visibility) => visibility switch
    {
        Visibility.Public => true,
        Visibility.Authorities => audience is not Audience.Public,
        _ => audience is Audience.Office,
    };

    /// <summary>A former board member is shown to nobody but the office.</summary>
    public static bool Sees(this Audience audience, PersonContact person, DateOnly today) =>
        audience.Sees(person.Visibility) && (audience is Audience.Office || !person.IsFormer(today));
}
