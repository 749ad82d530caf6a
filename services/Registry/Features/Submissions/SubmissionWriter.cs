using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.Registry.Messaging;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;

namespace Wir.Registry.Features.Submissions;

/// <summary>Puts submissions into the municipality's queue: at once when an office hands them in, else when the e-mail address is proven.</summary>
public sealed class SubmissionWriter(RegistryDb db, ConfirmationMail mail, AnonymousBounds bounds, AreaRegister areas,
    IOptions<RegistryOptions> options, TimeProvider time)
{
    /// <summary>From an office: nobody has to prove an address.</summary>
    /// <param name="id">The entry to change, or the id of a new one.</param>
    /// <param name="entry">The entry to change.</param>
    /// <param name="accepted">What it is to be.</param>
    /// <param name="subject">Who hands it in.</param>
    /// <param name="ct">Stops it.</param>
    public async Task<SubmissionReceipt> EnterAsync(Guid id, Association? entry, Accepted accepted, string subject, CancellationToken ct)
    {
        var submission = Create(id, entry, accepted, accepted.Persons, null, subject, null);
        Enter(submission);
        db.Submissions.Add(submission);
        await db.SaveChangesAsync(ct);
        return ReceiptOf(submission);
    }

    /// <summary>From anybody: waits for the click on the link in the mail.</summary>
    public async Task<Outcome<SubmissionReceipt>> AwaitAsync(
        Guid id, Association? entry, Accepted accepted, IReadOnlyList<PersonContact>? persons, Submitter submitter,
        Caller caller, CancellationToken ct)
    {
        var (token, hash) = OneTimeToken.Create();
        var submission = Create(id, entry, accepted, persons, submitter, caller.Subject, caller.Reader);
        submission.TokenHash = hash;
        submission.TokenExpiresAt = submission.CreatedAt + options.Value.LinkLifetime;
        // A repeatable request (Idempotency-Key) has one open already.
        await using var transaction = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        if (await bounds.RefusalOfSubmissionAsync(caller, submission.Area, ct) is { } full) return full;
        if (await mail.AddAsync(submission, token, ct) is { } refused) return refused;
        db.Submissions.Add(submission);
        await db.SaveChangesAsync(ct);
        if (transaction is not null) await transaction.CommitAsync(ct);
        return ReceiptOf(submission);
    }

    /// <summary>The address is proven: the municipality's time begins.</summary>
    public async Task<Outcome<SubmissionReceipt>> ConfirmAsync(Guid id, string token, CancellationToken ct)
    {
        var submission = await db.Submissions.SingleOrDefaultAsync(candidate => candidate.Id == id, ct);
        // One answer for unknown, wrong, used and expired: it tells nobody which submissions there are.
        var isGood = submission is { State: SubmissionState.AwaitingConfirmation }
            && submission.TokenExpiresAt > time.GetUtcNow()
            && OneTimeToken.Matches(submission.TokenHash, token);
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

    public static ProblemCase LinkUsed() => Problems.LinkUsed.With(new(
        "Der Link ist unbekannt, abgelaufen oder schon benutzt.", "The link is unknown, expired or used already."));

    private void Enter(Submission submission)
    {
        var due = WorkingDays.Add(time.Today(), options.Value.ReviewWorkingDays);
        submission.Enter(time.GetUtcNow(), due.ToDateOnly());
        db.Emit(RegistryMessages.Submitted(submission));
    }

    private Submission Create(
        Guid id, Association? entry, Accepted accepted, IReadOnlyList<PersonContact>? persons, Submitter? submitter,
        string subject, string? reader) => new()
    {
        Id = Guid.CreateVersion7(),
        AssociationId = id,
        BaseVersion = entry?.Version,
        Area = AreaInCharge(entry?.Area ?? accepted.Content.Area, accepted.Content.Area),
        State = SubmissionState.AwaitingConfirmation,
        Content = accepted.Content,
        Persons = persons,
        Submitter = submitter,
        SubmittedBy = subject,
        Reader = reader,
        CreatedAt = time.GetUtcNow(),
    };

    /// <summary>Who takes an entry from one municipality to another needs the one that has both: else a municipality could take its neighbour's entries.</summary>
    private string AreaInCharge(string before, string after) => areas.AncestorsAndSelf(before).First(area => areas.IsWithin(after, area.Key)).Key;
}
