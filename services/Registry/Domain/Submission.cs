namespace Wir.Registry.Domain;

public enum SubmissionState
{
    AwaitingConfirmation,
    InReview,
    Approved,
    Rejected,
}

/// <summary>A new entry or a change that somebody handed in. Nothing of it is public before it is approved.</summary>
public sealed class Submission
{
    public required Guid Id { get; init; }

    /// <summary>The entry to change, or the id that a new one will have.</summary>
    public required Guid AssociationId { get; init; }

    /// <summary>Version of the entry that the sender saw; null for a new entry.</summary>
    public long? BaseVersion { get; init; }
    public required string Area { get; init; }
    public required SubmissionState State { get; set; }
    public required AssociationContent Content { get; set; }

    /// <summary>Persons as proposed; null = those of the entry stay as they are. Emptied by retention.</summary>
    public IReadOnlyList<PersonContact>? Persons { get; set; }

    /// <summary>Who handed it in, for questions. Emptied by retention.</summary>
    public Submitter? Submitter { get; set; }

    /// <summary>Subject of the key that handed it in; that one does not review it.</summary>
    public required string SubmittedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the e-mail address was proven; the municipality's time runs from here.</summary>
    public DateTimeOffset? SubmittedAt { get; set; }

    /// <summary>Civil day by which the municipality should have decided.</summary>
    public DateOnly? DueOn { get; set; }

    /// <summary>SHA-256 of the token in the mail; null once used.</summary>
    public byte[]? TokenHash { get; set; }
    public DateTimeOffset? TokenExpiresAt { get; set; }
    public DateTimeOffset? ReviewedAt { get; set; }
    public string? ReviewedBy { get; set; }
    public string? Comment { get; set; }

    /// <summary>Stands for the address it came from, on that day; emptied after it.</summary>
    public string? Reader { get; init; }

    /// <summary>When its office got a mail that something waits.</summary>
    public DateTimeOffset? ToldAt { get; init; }

    /// <summary>Concurrency token.</summary>
    public long Version { get; set; } = 1;

    public bool IsNew => BaseVersion is null;

    public bool IsOpen => State is SubmissionState.AwaitingConfirmation or SubmissionState.InReview;

    public void Enter(DateTimeOffset now, DateOnly due)
    {
        State = SubmissionState.InReview;
        SubmittedAt = now;
        DueOn = due;
        TokenHash = null;
        TokenExpiresAt = null;
        Version++;
    }

    public void Decide(bool approved, string reviewer, string? comment, DateTimeOffset now)
    {
        State = approved ? SubmissionState.Approved : SubmissionState.Rejected;
        ReviewedAt = now;
        ReviewedBy = reviewer;
        Comment = comment;
        Version++;
    }
}

public sealed record Submitter(string Name, string Email, string? Role);
