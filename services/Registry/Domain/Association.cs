namespace Wir.Registry.Domain;

/// <summary>State of an entry; what is not yet public is a <see cref="Submission"/>, not an entry.</summary>
public enum AssociationStatus
{
    Published,
    Withdrawn,
}

/// <summary>Who changes an entry, and why. Kept with the version.</summary>
/// <param name="Actor">Subject of the token, for example <c>client:…</c>; never a name.</param>
/// <param name="Action">Code: <c>created</c>, <c>changed</c>, <c>approved</c>, <c>confirmed</c>, <c>withdrawn</c>, <c>erased</c>, <c>imported</c>.</param>
/// <param name="Reason">Free words of an office, if any.</param>
public sealed record Change(string Actor, string Action, string? Reason, DateTimeOffset At);

/// <summary>An entry of the register.</summary>
public sealed class Association
{
    private readonly List<PersonContact> _persons = [];

    private Association()
    {
    }

    public Guid Id { get; private init; }

    /// <summary>Number that people can say: <c>WF-1047-3</c>.</summary>
    public string Number { get; private init; } = "";

    /// <summary>Raised by every change; concurrency token and version part of the ETag.</summary>
    public long Version { get; private set; }

    public AssociationStatus Status { get; private set; }

    public AssociationContent Content { get; private set; } = null!;

    public IReadOnlyList<PersonContact> Persons => _persons;

    /// <summary>Made up, and marked as such in every answer.</summary>
    public bool Demo { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>When somebody who knows last said that all is right.</summary>
    public DateTimeOffset? ConfirmedAt { get; private set; }

    public string? WithdrawnReason { get; private set; }

    public Guid? Successor { get; private set; }

    // Copies of the content for filters and sorting; set with it and nowhere else.
    public string Kind { get; private set; } = "";
    public string Name { get; private set; } = "";
    public string Area { get; private set; } = "";
    public string? PostalCode { get; private set; }
    public string? Place { get; private set; }
    public double? Lat { get; private set; }
    public double? Lon { get; private set; }
    public string[] Categories { get; private set; } = [];
    public string[] Languages { get; private set; } = [];
    public string[] TargetGroups { get; private set; } = [];

    /// <summary>Ids of the offers, under which other interfaces find them.</summary>
    public Guid[] OfferIds { get; private set; } = [];

    /// <summary>Of those offers that have a place, the ids of both together.</summary>
    public Guid[] PlacedOfferIds { get; private set; } = [];

    /// <summary>Names of the offers in all languages.</summary>
    public string[] OfferNames { get; private set; } = [];

    public static Association Create(Guid id, string number, AssociationContent content, IEnumerable<PersonContact> persons, bool demo, Change change)
    {
        var association = new Association { Id = id, Number = number, Demo = demo, CreatedAt = change.At, ConfirmedAt = change.At };
        association._persons.AddRange(persons);
        association.Set(content, change);
        return association;
    }

    /// <summary>Replaces the content; it is public at once.</summary>
    /// <param name="content">The new content.</param>
    /// <param name="persons">All persons from now on; null = as they were.</param>
    /// <param name="change">Who and why.</param>
    /// <param name="confirmed">True when the association itself says so, which also confirms the rest.</param>
    public void Revise(AssociationContent content, IEnumerable<PersonContact>? persons, Change change, bool confirmed = false)
    {
        if (confirmed) ConfirmedAt = change.At;
        if (persons is not null) ReplacePersons(persons);
        Set(content, change);
        Status = AssociationStatus.Published;
        WithdrawnReason = null;
        Successor = null;
    }

    /// <summary>Somebody who knows says that all is still right.</summary>
    public void Confirm(Change change)
    {
        ConfirmedAt = change.At;
        Touch(change);
    }

    public void Withdraw(string reason, Guid? successor, Change change)
    {
        Status = AssociationStatus.Withdrawn;
        WithdrawnReason = reason;
        Successor = successor;
        Touch(change);
    }

    /// <summary>Takes a person out: their rows, and what texts said of them. State and confirmation stay.</summary>
    public void Erase(AssociationContent content, IReadOnlySet<Guid> persons, Change change)
    {
        _persons.RemoveAll(person => persons.Contains(person.Id));
        Set(content, change);
    }

    /// <summary>The version as the history keeps it.</summary>
    public AssociationVersion ToVersion(Change change) => new()
    {
        AssociationId = Id,
        Version = Version,
        Status = Status,
        Content = Content,
        At = change.At,
        Actor = change.Actor,
        Action = change.Action,
        Reason = change.Reason,
        ConfirmedAt = ConfirmedAt,
    };

    /// <summary>Persons named again keep their row; those no longer named are gone for good.</summary>
    private void ReplacePersons(IEnumerable<PersonContact> persons)
    {
        var named = persons.ToList();
        _persons.RemoveAll(existing => named.All(person => person.Id != existing.Id));
        foreach (var person in named)
        {
            if (_persons.Find(existing => existing.Id == person.Id) is { } existing) existing.Take(person);
            else _persons.Add(person);
        }
    }

    private void Set(AssociationContent content, Change change)
    {
        Content = content;
        (Kind, Name, Area) = (content.Kind, content.Name, content.Area);
        (PostalCode, Place) = (content.Address?.PostalCode, content.Address?.Place);
        (Lat, Lon) = (content.Location?.Lat, content.Location?.Lon);
        Categories = [.. content.Categories.Select(category => category.Key)];
        Languages = [.. content.Languages];
        TargetGroups = [.. content.TargetGroups];
        OfferIds = [.. content.Offers.Select(offer => offer.Id)];
        PlacedOfferIds = [.. content.Offers.Where(offer => offer.IsPlaced(content.Address, content.Location)).Select(offer => DerivedId.OfOfferAtPlace(offer.Id))];
        OfferNames = [.. content.Offers.SelectMany(offer => offer.Name.Values).Distinct()];
        Touch(change);
    }

    private void Touch(Change change)
    {
        Version++;
        UpdatedAt = change.At;
    }
}

/// <summary>One version of an entry, as it stood from <see cref="At"/> on. Holds no person.</summary>
public sealed class AssociationVersion
{
    public required Guid AssociationId { get; init; }
    public required long Version { get; init; }
    public required AssociationStatus Status { get; init; }
    public required AssociationContent Content { get; set; }
    public required DateTimeOffset At { get; init; }
    public required string Actor { get; init; }
    public required string Action { get; init; }
    public string? Reason { get; set; }
    public DateTimeOffset? ConfirmedAt { get; init; }

    /// <summary>The one change that a kept version can see: a person is taken out of it.</summary>
    public void Erase(AssociationContent content, string? reason) => (Content, Reason) = (content, reason);
}

/// <summary>A person who speaks for an organisation. The only place of the register, beside open submissions, where persons stand.</summary>
public sealed class PersonContact
{
    public required Guid Id { get; init; }
    public Guid AssociationId { get; init; }
    public required int Ordinal { get; set; }
    public required string Name { get; set; }

    /// <summary>For example <c>chair</c>, <c>treasurer</c>.</summary>
    public string? Role { get; set; }
    public string? Email { get; set; }
    public string? Phone { get; set; }
    public required Visibility Visibility { get; set; }

    /// <summary>Why it may be kept and shown: <c>consent</c>, <c>public-register</c>, <c>legitimate-interest</c>, <c>legal-duty</c>.</summary>
    public required string LegalBasis { get; set; }

    /// <summary>Last civil day in office (Europe/Berlin); from the next day on the person is shown to nobody but the office.</summary>
    public DateOnly? Until { get; set; }

    public bool IsFormer(DateOnly today) => Until is { } last && last < today;

    internal void Take(PersonContact other)
    {
        (Ordinal, Name, Role, Email, Phone) = (other.Ordinal, other.Name, other.Role, other.Email, other.Phone);
        (Visibility, LegalBasis, Until) = (other.Visibility, other.LegalBasis, other.Until);
    }
}
