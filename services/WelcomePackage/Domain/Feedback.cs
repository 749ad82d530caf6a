namespace Wir.WelcomePackage.Domain;

/// <summary>What somebody said about a content. Nobody's address is kept; who wrote comes back with a token for the answer.</summary>
public sealed class Feedback
{
    public required Guid Id { get; init; }
    public required long Version { get; set; }

    /// <summary>page, association, place or event.</summary>
    public required string SubjectType { get; init; }
    public required Guid SubjectId { get; init; }
    public required string Area { get; init; }
    public required string Language { get; init; }

    /// <summary>True = it helped, false = it did not.</summary>
    public bool? Helpful { get; init; }
    public string? Message { get; init; }

    /// <summary>open, accepted, done or dismissed.</summary>
    public required string State { get; set; }
    public string? Reply { get; set; }

    /// <summary>SHA-256 of the token.</summary>
    public required byte[] TokenHash { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Stands for the address it came from, on that day; emptied after it.</summary>
    public string? Reader { get; init; }
    public DateTimeOffset? DecidedAt { get; set; }
    public string? DecidedBy { get; set; }
}

/// <summary>How often a page was read: never by whom.</summary>
public sealed class PageCount
{
    public required DateOnly Day { get; init; }
    public required Guid PageId { get; init; }
    public required string Lang { get; init; }
    public required string Area { get; init; }
    public required string Channel { get; init; }
    public required long Count { get; init; }
}
