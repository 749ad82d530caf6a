namespace Wir.Contracts;

/// <summary>An association handed in an entry or a change for review.</summary>
[Event("registry", "association-submitted", 1, "association")]
public sealed record AssociationSubmitted : IEvent
{
    public required Guid AssociationId { get; init; }
    public required Guid SubmissionId { get; init; }
    public required string Area { get; init; }

    /// <summary>Code of the kind, for example <c>registered-association</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Instant from which the municipality's working days count.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    Guid IEvent.AggregateId => AssociationId;
}

/// <summary>A municipality decided on a submission.</summary>
[Event("registry", "association-reviewed", 1, "association")]
public sealed record AssociationReviewed : IEvent
{
    public required Guid AssociationId { get; init; }
    public required Guid SubmissionId { get; init; }
    public required string Area { get; init; }

    /// <summary><c>approved</c> or <c>rejected</c>.</summary>
    public required string Outcome { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }
    public required DateTimeOffset ReviewedAt { get; init; }

    /// <summary>Hours from submission to decision.</summary>
    public required double HoursTaken { get; init; }

    Guid IEvent.AggregateId => AssociationId;
}

/// <summary>An entry became public or its public version changed.</summary>
[Event("registry", "association-published", 1, "association")]
public sealed record AssociationPublished : IEvent
{
    public required Guid AssociationId { get; init; }
    public required string Area { get; init; }
    public required AssociationSnapshot Snapshot { get; init; }

    Guid IEvent.AggregateId => AssociationId;
}

/// <summary>An entry is public no longer.</summary>
[Event("registry", "association-withdrawn", 1, "association")]
public sealed record AssociationWithdrawn : IEvent
{
    public required Guid AssociationId { get; init; }
    public required string Area { get; init; }

    /// <summary>Code of the reason, for example <c>dissolved</c>, <c>merged</c>, <c>request</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The entry that took its place, if any.</summary>
    public Guid? Successor { get; init; }

    Guid IEvent.AggregateId => AssociationId;
}

/// <summary>
/// An earlier event of an entry was rewritten, because a text in it named a person. Whoever still keeps that event, in
/// retries or in an error queue, puts the new data in its place.
/// </summary>
[Event("registry", "event-rewritten", 1, "association")]
public sealed record EventRewritten : IEvent
{
    public required Guid AssociationId { get; init; }
    public required string Area { get; init; }

    /// <summary>Id of the event that was rewritten; it keeps its place and its number.</summary>
    public required Guid EventId { get; init; }

    /// <summary>Its data as it is now, JSON.</summary>
    public required string Data { get; init; }

    Guid IEvent.AggregateId => AssociationId;
}

/// <summary>The public version of an entry: data of the organisation, without contacts. Those are at the entry.</summary>
public sealed record AssociationSnapshot
{
    public required Guid Id { get; init; }

    /// <summary>Number that people can say, with a check digit: <c>WF-1047-3</c>.</summary>
    public required string Number { get; init; }
    public required long Version { get; init; }
    public bool Demo { get; init; }
    public required string Kind { get; init; }
    public required string Name { get; init; }
    public IReadOnlyList<string> AlternateNames { get; init; } = [];
    public IReadOnlyList<SchemedValue> Identifiers { get; init; } = [];
    public required string Area { get; init; }
    public PostalAddress? Address { get; init; }
    public GeoPoint? Location { get; init; }
    public IReadOnlyList<SchemedCode> Categories { get; init; } = [];

    /// <summary>BCP 47 tags of the languages spoken.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];
    public IReadOnlyList<string> TargetGroups { get; init; } = [];

    /// <summary>By BCP 47 tag.</summary>
    public IReadOnlyDictionary<string, SnapshotText> Texts { get; init; } = new Dictionary<string, SnapshotText>();

    /// <summary>Always empty; earlier producers sent contact points. Readers follow the link to the entry.</summary>
    [Obsolete("Events carry no contacts. Link to the entry instead.")]
    public IReadOnlyList<FunctionalContact> Contacts { get; init; } = [];
    public IReadOnlyList<SnapshotLink> Links { get; init; } = [];
    public IReadOnlyList<SnapshotOffer> Offers { get; init; } = [];
    public DateTimeOffset? ConfirmedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record SchemedValue(string Scheme, string Value);

public sealed record SchemedCode(string Scheme, string Code);

public sealed record PostalAddress(string? Street, string? HouseNumber, string? PostalCode, string? Place);

/// <summary>WGS 84, degrees.</summary>
public sealed record GeoPoint(double Lat, double Lon);

public sealed record SnapshotText(string? Summary, string? Description);

/// <summary>A contact point of the organisation itself (office, hotline), as earlier producers sent it.</summary>
public sealed record FunctionalContact(IReadOnlyDictionary<string, string> Label, string? Email, string? Phone);

public sealed record SnapshotLink(string Rel, string Href);

public sealed record SnapshotOffer
{
    public required Guid Id { get; init; }
    public required IReadOnlyDictionary<string, string> Name { get; init; }
    public IReadOnlyList<OfferSchedule> Schedule { get; init; } = [];
    public GeoPoint? Place { get; init; }
}

/// <param name="Dtstart">Local start, <c>2026-09-01T18:00</c>.</param>
/// <param name="Tzid">IANA zone, <c>Europe/Berlin</c>.</param>
/// <param name="Rrule">RFC 5545 recurrence rule; null for a single date.</param>
/// <param name="DurationMinutes">Length in minutes.</param>
public sealed record OfferSchedule(string Dtstart, string Tzid, string? Rrule, int DurationMinutes);
