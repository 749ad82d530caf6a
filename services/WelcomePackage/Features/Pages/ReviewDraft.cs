using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="Area">The area whose addition it is about; null = the page's own text.</param>
/// <param name="Languages">Languages; null = all that can be meant.</param>
/// <param name="Comment">For those who act next.</param>
public sealed record ReviewOrder([MaxLength(20)] string? Area = null, [MaxLength(100)] IReadOnlyList<string>? Languages = null, [MaxLength(2000)] string? Comment = null);

/// <param name="Comment">What is to be changed.</param>
/// <param name="Area">The area whose addition it is about; null = the page's own text.</param>
/// <param name="Languages">Languages; null = all that were submitted.</param>
public sealed record Rejection([Required, MaxLength(2000)] string Comment, [MaxLength(20)] string? Area = null, [MaxLength(100)] IReadOnlyList<string>? Languages = null);

/// <param name="Id">The page.</param>
/// <param name="Version">Its new version.</param>
/// <param name="State">submitted, approved or rejected.</param>
/// <param name="Languages">Languages of the drafts.</param>
public sealed record Reviewed(Guid Id, long Version, string State, IReadOnlyList<string> Languages);

/// <summary>A draft that waits for a decision.</summary>
public sealed record ReviewEntry(
    Guid PageId, string Area, string Lang, string Title, string State, DateTimeOffset SubmittedAt, string? Comment, DateTimeOffset? PublishAt,
    [property: Description("True when somebody else has to decide.")] bool Own, long Version);

/// <summary>A draft is submitted by whoever writes and decided on by somebody else.</summary>
internal static class ReviewDraft
{
    private static readonly string[] s_writers = [Scopes.WelcomeWrite, Scopes.WelcomeTranslate];

    public static Task<Results<Ok<Reviewed>, ProblemHttpResult>> Submit(
        HttpContext context, Guid id, JsonBody<ReviewOrder>? body, Caller caller, WelcomeDb db, PageEditing editing, TimeProvider time, CancellationToken ct)
    {
        var order = body?.Value ?? new ReviewOrder();
        return DecideAsync(context, id, order, DraftReview.Submitted, s_writers, caller, db, editing, time, ct);
    }

    public static Task<Results<Ok<Reviewed>, ProblemHttpResult>> Approve(
        HttpContext context, Guid id, JsonBody<ReviewOrder>? body, Caller caller, WelcomeDb db, PageEditing editing, TimeProvider time, CancellationToken ct)
    {
        var order = body?.Value ?? new ReviewOrder();
        return DecideAsync(context, id, order, DraftReview.Approved, [Scopes.WelcomePublish], caller, db, editing, time, ct);
    }

    public static Task<Results<Ok<Reviewed>, ProblemHttpResult>> Reject(
        HttpContext context, Guid id, JsonBody<Rejection> body, Caller caller, WelcomeDb db, PageEditing editing, TimeProvider time, CancellationToken ct)
    {
        var order = new ReviewOrder(body.Value.Area, body.Value.Languages, body.Value.Comment);
        return DecideAsync(context, id, order, DraftReview.Rejected, [Scopes.WelcomePublish], caller, db, editing, time, ct);
    }

    public static async Task<Results<ReadResult<ListOf<ReviewEntry>>, ProblemHttpResult>> Queue(
        HttpContext context, Caller caller, WelcomeDb db, AreaRegister areas, [AsParameters] Paging paging,
        [Description("Only this area and what lies below it")] string? area, [Description("submitted (when not given), approved or rejected")] string? state, CancellationToken ct)
    {
        var wanted = state ?? DraftReview.Submitted;
        if (wanted is not (DraftReview.Submitted or DraftReview.Approved or DraftReview.Rejected))
        {
            return Query.Invalid("state", new("Erlaubt ist submitted, approved oder rejected.", "Allowed is submitted, approved or rejected.")).ToResult();
        }

        if (!caller.OwnAreas(areas, area).TryGet(out var keys, out var problem)) return problem.ToResult();
        var take = paging.Take();
        var after = paging.After<QueueKey>(context);
        var (at, page, layer, lang) = (after?.SavedAt ?? DateTimeOffset.MinValue, after?.PageId ?? Guid.Empty, after?.Area ?? "", after?.Lang ?? "");
        var drafts = await db.Drafts.FromSql($"""
            select * from welcomepackage.draft
            where area = any({keys}) and review->>'state' = {wanted} and (saved_at, page_id, area, lang) > ({at}, {page}, {layer}, {lang})
            order by saved_at, page_id, area, lang limit {take + 1}
            """).AsNoTracking().ToListAsync(ct);
        var (cut, links) = Paging.Cut(context, drafts, take, last => new QueueKey(last.SavedAt, last.PageId, last.Area, last.Lang));
        var titles = await TitlesAsync(db, cut, ct);
        ReviewEntry[] data = [.. cut.Select(draft => new ReviewEntry(
            draft.PageId, draft.Area, draft.Lang, draft.Text.Title.Length > 0 ? draft.Text.Title : titles.GetValueOrDefault(draft.PageId, ""), draft.Review!.State, draft.Review.SubmittedAt,
            draft.Review.Comment, draft.PublishAt, IsOwn(draft, caller), draft.Version))];
        return Reads.Ok(new ListOf<ReviewEntry>(data, links, new ListMeta()));
    }

    private static async Task<Results<Ok<Reviewed>, ProblemHttpResult>> DecideAsync(
        HttpContext context, Guid id, ReviewOrder order, string decision, string[] scopes, Caller caller, WelcomeDb db, PageEditing editing, TimeProvider time, CancellationToken ct)
    {
        var (transaction, page) = await editing.OpenAsync(id, ct);
        await using var _ = transaction;
        if (page is null) return PageEndpoints.NoSuchPage.ToResult();
        var layer = order.Area ?? page.Area;
        if (!caller.MayAny(layer, scopes)) return Editing.Foreign(layer).ToResult();
        if (page.Status == PageStatus.Removed) return Editing.Gone(page).ToResult();
        if (IfMatch.Require(context, page.Version) is { } stale) return stale.ToResult();
        var drafts = await db.Drafts.Where(draft => draft.PageId == id && draft.Area == layer && (order.Languages == null || order.Languages.Contains(draft.Lang))).OrderBy(draft => draft.Lang).ToListAsync(ct);
        if (decision == DraftReview.Submitted && drafts.Count == 0) return Problems.NothingToPublish.With(new("Es gibt keinen Entwurf.", "There is no draft.")).ToResult();
        if (decision != DraftReview.Submitted)
        {
            drafts = [.. drafts.Where(draft => draft.Review is { State: DraftReview.Submitted })];
            if (drafts.Count == 0) return Problems.NotSubmitted.With(new("Dafür wurde nichts vorgelegt.", "Nothing was submitted for this.")).ToResult();
            if (drafts.Any(draft => IsOwn(draft, caller)))
            {
                return CommonProblems.FourEyes.With(new("Über den eigenen Entwurf entscheidet jemand anderes.", "Somebody else decides on your draft.")).ToResult();
            }
        }

        page.Version++;
        foreach (var draft in drafts)
        {
            draft.Review = decision == DraftReview.Submitted
                ? new(decision, caller.Subject, time.GetUtcNow(), null, order.Comment)
                : draft.Review! with { State = decision, DecidedBy = caller.Subject, Comment = order.Comment };
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        IfMatch.Tell(context, page.Version);
        return TypedResults.Ok(new Reviewed(id, page.Version, decision, [.. drafts.Select(draft => draft.Lang)]));
    }

    private static bool IsOwn(Draft draft, Caller caller) => draft.Author == caller.Subject || draft.Review?.SubmittedBy == caller.Subject;

    /// <summary>What an area adds has no title of its own.</summary>
    private static async Task<Dictionary<Guid, string>> TitlesAsync(WelcomeDb db, IReadOnlyList<Draft> drafts, CancellationToken ct)
    {
        var ids = drafts.Where(draft => draft.Text.Title.Length == 0).Select(draft => draft.PageId).Distinct().ToArray();
        return ids.Length == 0 ? [] : await db.LiveTexts.AsNoTracking().Where(text => ids.Contains(text.PageId) && text.IsSource && text.Until == null).ToDictionaryAsync(text => text.PageId, text => text.Title, ct);
    }

    private sealed record QueueKey(DateTimeOffset SavedAt, Guid PageId, string Area, string Lang);
}
