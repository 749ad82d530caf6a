using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.Registry.Messaging;
using Wir.ServiceDefaults.Errors;

namespace Wir.Registry.Features.Submissions;

/// <summary>Puts submissions into the municipality's queue: at once when an office hands them in, else when the e-mail address is proven.</summary>
public sealed class SubmissionWriter(RegistryDb db, ConfirmationMail mail, IOptions<RegistryOptions> options, TimeProvider time)
{
    /// <summary>From an office: nobody has to prove an address.</summary>
    public async Task<SubmissionReceipt> EnterAsync(Guid associationId, long? baseVersion, Accepted accepted, string subject, CancellationToken ct)
    {
        var submission = Create(associationId, baseVersion, accepted, accepted.Persons, null, subject);
        Enter(submission);
        db.Submissions.Add(submission);
        await db.SaveChangesAsync(ct);
        return ReceiptOf(submission);
    }

    /// <summary>From anybody: waits for the click on the link in the mail.</summary>
    public async Task<Outcome<SubmissionReceipt>> AwaitAsync(
        Guid associationId, long? baseVersion, Accepted accepted, IReadOnlyList<PersonContact>? persons, Submitter submitter, string subject, CancellationToken ct)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var submission = Create(associationId, baseVersion, accepted, persons, submitter, subject);
        submission.TokenHash = HashOf(token);
        submission.TokenExpiresAt = submission.CreatedAt + options.Value.LinkLifetime;
        db.Submissions.Add(submission);
        if (await mail.AddAsync(submission, token, ct) is { } refused) return refused;
        await db.SaveChangesAsync(ct);
        return ReceiptOf(submission);
    }

    /// <summary>The address is proven: the municipality's time begins.</summary>
    public async Task<Outcome<SubmissionReceipt>> ConfirmAsync(Guid id, string token, CancellationToken ct)
    {
        var submission = await db.Submissions.SingleOrDefaultAsync(candidate => candidate.Id == id, ct);
        // One answer for unknown, wrong, used and expired: it tells nobody which submissions there are.
        var isGood = submission is { State: SubmissionState.AwaitingConfirmation, TokenHash: { } hash }
            && submission.TokenExpiresAt > time.GetUtcNow()
            && CryptographicOperations.FixedTimeEquals(hash, HashOf(token));
        if (!isGood) return LinkUsed();
        Enter(submission!);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return LinkUsed();
        }

        return ReceiptOf(submission!);
    }

    public static SubmissionReceipt ReceiptOf(Submission submission) =>
        new(submission.Id, EnumCodes.Of(submission.State), submission.State == SubmissionState.Approved ? submission.AssociationId : null);

    private static ProblemCase LinkUsed() => Problems.LinkUsed.With(new(
        "Der Link ist unbekannt, abgelaufen oder schon benutzt.", "The link is unknown, expired or used already."));

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private void Enter(Submission submission)
    {
        var due = WorkingDays.Add(time.Today(), options.Value.ReviewWorkingDays);
        submission.Enter(time.GetUtcNow(), due.ToDateOnly());
        db.Emit(RegistryMessages.Submitted(submission));
    }

    private Submission Create(Guid associationId, long? baseVersion, Accepted accepted, IReadOnlyList<PersonContact>? persons, Submitter? submitter, string subject) => new()
    {
        Id = Guid.CreateVersion7(),
        AssociationId = associationId,
        BaseVersion = baseVersion,
        Area = accepted.Content.Area,
        State = SubmissionState.AwaitingConfirmation,
        Content = accepted.Content,
        Persons = persons,
        Submitter = submitter,
        SubmittedBy = subject,
        CreatedAt = time.GetUtcNow(),
    };
}
