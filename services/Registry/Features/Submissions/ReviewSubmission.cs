using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.Registry.Messaging;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Submissions;

/// <summary>The municipality decides: for its own area only, and never on what it handed in with the same key.</summary>
public static class ReviewSubmission
{
    public static async Task<Results<ReadResult<ListOf<SubmissionView>>, ProblemHttpResult>> List(
        HttpContext http, [AsParameters] Paging paging,
        [Description("Only this area and what lies below it")] string? area,
        [Description("awaiting-confirmation, in-review, approved or rejected")] string? state,
        Caller caller, RegistryDb db, AreaRegister areas, TimeProvider time, CancellationToken ct)
    {
        var take = paging.Take();
        var query = db.Submissions.AsNoTracking();
        if (!caller.OwnAreas(areas, area).TryGet(out var keys, out var problem)) return problem.ToResult();
        if (state is not null)
        {
            if (!EnumCodes.TryParse<SubmissionState>(state, out var wanted)) return Query.Invalid("state", new("Diesen Zustand gibt es nicht.", "There is no such state.")).ToResult();
            query = query.Where(submission => submission.State == wanted);
        }

        query = query.Where(submission => keys.Contains(submission.Area));
        if (paging.After<Position>(http) is { } after) query = query.Where(submission => submission.Id > after.Id);
        var rows = await query.OrderBy(submission => submission.Id).Take(take + 1).ToListAsync(ct);
        var (data, links) = Paging.Cut(http, rows, take, last => new Position(last.Id));
        var today = time.Today().ToDateOnly();
        return Reads.Ok(new ListOf<SubmissionView>([.. data.Select(submission => SubmissionView.Of(submission, today))], links, new ListMeta()));
    }

    public static async Task<Results<ReadResult<SubmissionView>, ProblemHttpResult>> Get(
        [Description("The submission")] Guid id, Caller caller, RegistryDb db, TimeProvider time, CancellationToken ct)
    {
        var submission = await db.Submissions.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.Id == id, ct);
        if (submission is null) return NotFound().ToResult();
        if (!caller.Covers(submission.Area)) return RegisterAssociation.ForeignArea(submission.Area).ToResult();
        return Reads.Ok(SubmissionView.Of(submission, time.Today().ToDateOnly()), submission.Version, submission.ReviewedAt ?? submission.SubmittedAt ?? submission.CreatedAt);
    }

    [WithoutIfMatch]
    public static async Task<Results<Ok<SubmissionReceipt>, ProblemHttpResult>> Handle(
        [Description("The submission")] Guid id, HttpContext http, JsonBody<ReviewInput> body, Caller caller,
        RegistryDb db, AssociationWriter writer, DecisionMail mail, TimeProvider time, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var submission = await db.Submissions.SingleOrDefaultAsync(candidate => candidate.Id == id, ct);
        if (submission is null) return NotFound().ToResult();
        if (Refusal(submission, http, caller) is { } refusal) return refusal.ToResult();

        var now = time.GetUtcNow();
        submission.Decide(body.Value.Decision == "approve", caller.Subject, body.Value.Comment, now);
        db.Emit(RegistryMessages.Reviewed(submission));
        await mail.AddAsync(submission, ct);
        if (submission.State == SubmissionState.Approved)
        {
            var change = new Change(caller.Subject, "approved", body.Value.Comment, now);
            if (await PublishAsync(submission, db, writer, change, ct) is { } problem) return problem.ToResult();
        }
        else
        {
            try
            {
                await db.SaveChangesAsync(ct);
            }
            catch (DbUpdateConcurrencyException)
            {
                return NotInReview().ToResult();
            }
        }

        await transaction.CommitAsync(ct);
        IfMatch.Tell(http, submission.Version);
        return TypedResults.Ok(SubmissionWriter.ReceiptOf(submission));
    }

    private static async Task<ProblemCase?> PublishAsync(Submission submission, RegistryDb db, AssociationWriter writer, Change change, CancellationToken ct)
    {
        Outcome<Association> saved;
        if (submission.IsNew)
        {
            saved = await writer.CreateAsync(submission.AssociationId, new(submission.Content, submission.Persons ?? []), demo: false, change, ct);
        }
        else
        {
            var entry = await writer.FindAsync(submission.AssociationId, ct);
            // A confirmation changes nothing of what the change is about; erasures and mended links are in the change, too.
            if (entry is null || await db.Versions.AnyAsync(version => version.AssociationId == entry.Id && version.Version > submission.BaseVersion
                && version.Action != "confirmed" && version.Action != "erased" && version.Action != "mended", ct))
            {
                return Problems.EntryChanged.With(new(
                    "Der Eintrag ist nicht mehr der, auf den sich die Änderung bezieht. Bitte ablehnen und neu einreichen lassen.",
                    "The entry is no longer the one that the change is about. Please reject it and have it submitted anew."));
            }

            entry.Revise(submission.Content, submission.Persons, change, confirmed: true);
            saved = await writer.SaveAsync(entry, change, ct);
        }

        return saved.Problem;
    }

    private static ProblemCase? Refusal(Submission submission, HttpContext http, Caller caller)
    {
        if (!caller.May(Scopes.RegistryApprove, submission.Area)) return RegisterAssociation.ForeignArea(submission.Area);
        if (!caller.IsAnonymous && submission.SubmittedBy == caller.Subject)
        {
            return CommonProblems.FourEyes.With(new("Über eigene Einreichungen entscheidet jemand anderes.", "Somebody else decides on your own submissions."));
        }

        // Decided once, so the version says nothing new; who names one is held to it.
        if (http.Request.Headers.IfMatch.Count > 0 && IfMatch.Require(http, submission.Version) is { } stale) return stale;
        return submission.State == SubmissionState.InReview ? null : NotInReview();
    }

    private static ProblemCase NotInReview() => Problems.NotInReview.With(new(
        "Die Adresse ist noch nicht bestätigt, oder es wurde schon entschieden.", "The address is not yet proven, or it was decided already."));

    private static ProblemCase NotFound() => CommonProblems.NotFound.With(new("Diese Einreichung gibt es nicht.", "There is no such submission."));

    private sealed record Position(Guid Id);
}
