using Wir.Registry.Domain;
using Wir.Registry.Mail;

namespace Wir.Registry.Features.Submissions;

/// <summary>Tells a submitter what the municipality decided, and why.</summary>
public sealed class DecisionMail(Mailbox mailbox)
{
    /// <summary>
    /// Nothing is sent to who handed in for an office. Beyond the limit per recipient it goes out later.
    /// </summary>
    public async Task AddAsync(Submission submission, CancellationToken ct)
    {
        if (submission.Submitter is not { } submitter) return;
        var (de, en) = submission.State == SubmissionState.Approved
            ? ("Ihre Gemeinde hat den Eintrag geprüft; er ist jetzt öffentlich.", "Your municipality has reviewed the entry; it is public now.")
            : ("Ihre Gemeinde hat den Eintrag geprüft und nicht übernommen.", "Your municipality has reviewed the entry and did not accept it.");
        var comment = string.IsNullOrWhiteSpace(submission.Comment) ? "" : $"""

            {submission.Comment}

            """;
        await mailbox.AddAsync(submitter.Email, "Ihr Eintrag im Vereinsverzeichnis / Your entry in the register", $"""
            Guten Tag,

            {submission.Content.Name}

            {de}
            {en}
            {comment}
            """, MailCause.Register, ct);
    }
}
