using System.ComponentModel.DataAnnotations;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;

namespace Wir.Registry.Features.Submissions;

/// <summary>An entry, or a change of one, that an association hands in by itself.</summary>
public sealed record SubmissionInput : AssociationInput
{
    /// <summary>The entry to change; absent for a new one.</summary>
    public Guid? AssociationId { get; init; }

    public required SubmitterInput Submitter { get; init; }
}

/// <summary>Who hands it in; never published.</summary>
public sealed record SubmitterInput(
    [MinLength(2), MaxLength(120)] string Name,
    [RegularExpression(Mail.OutgoingMail.AddressPattern), MaxLength(254)] string Email,
    [MaxLength(60)] string? Role = null);

public sealed record ConfirmInput([MinLength(1), MaxLength(200)] string Token);

/// <param name="Decision">approve or reject.</param>
/// <param name="Comment">Why; goes to the submitter.</param>
public sealed record ReviewInput([AllowedValues("approve", "reject")] string Decision, [MaxLength(2000)] string? Comment = null);

/// <param name="Id">The submission.</param>
/// <param name="State"><c>awaiting-confirmation</c>, <c>in-review</c>, <c>approved</c> or <c>rejected</c>.</param>
/// <param name="AssociationId">The entry, once it is public.</param>
public sealed record SubmissionReceipt(Guid Id, string State, Guid? AssociationId = null);

/// <summary>A submission as the municipality sees it.</summary>
public sealed record SubmissionView
{
    public required Guid Id { get; init; }
    public required string State { get; init; }
    public required long Version { get; init; }
    public required string Area { get; init; }

    /// <summary>The entry it changes, or the one that it becomes.</summary>
    public required Guid AssociationId { get; init; }

    /// <summary>True when there is no such entry yet.</summary>
    public required bool IsNew { get; init; }
    public required AssociationContent Association { get; init; }
    public required IReadOnlyList<ContactView> Persons { get; init; }
    public Submitter? Submitter { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? SubmittedAt { get; init; }

    /// <summary>Civil day by which it should be decided.</summary>
    public DateOnly? DueOn { get; init; }

    /// <summary>True when that day has passed without a decision.</summary>
    public required bool Overdue { get; init; }
    public DateTimeOffset? ReviewedAt { get; init; }
    public string? Comment { get; init; }

    public static SubmissionView Of(Submission submission, DateOnly today) => new()
    {
        Id = submission.Id,
        State = Data.EnumCodes.Of(submission.State),
        Version = submission.Version,
        Area = submission.Area,
        AssociationId = submission.AssociationId,
        IsNew = submission.IsNew && submission.State != SubmissionState.Approved,
        Association = submission.Content,
        Persons = [.. (submission.Persons ?? []).Select(person => ContactView.Of(person, Audience.Office))],
        Submitter = submission.Submitter,
        CreatedAt = submission.CreatedAt,
        SubmittedAt = submission.SubmittedAt,
        DueOn = submission.DueOn,
        Overdue = submission.State == SubmissionState.InReview && submission.DueOn < today,
        ReviewedAt = submission.ReviewedAt,
        Comment = submission.Comment,
    };
}
