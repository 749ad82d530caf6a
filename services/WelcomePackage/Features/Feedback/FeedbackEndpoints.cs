using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Contracts;
using Wir.Jobs;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Features.Pages;

namespace Wir.WelcomePackage.Features.Feedback;

/// <param name="SubjectType">page, association, place or event.</param>
/// <param name="SubjectId">Id of the thing.</param>
/// <param name="Lang">BCP 47 tag of the text that was read.</param>
/// <param name="Helpful">Whether it helped.</param>
/// <param name="Message">What is missing or wrong. No names or addresses, please.</param>
/// <param name="Area">Key of the reader's municipality; the thing's own area when not given.</param>
public sealed record NewFeedback(
    [AllowedValues("page", "association", "place", "event")] string SubjectType, Guid SubjectId, [MaxLength(35)] string Lang,
    bool? Helpful = null, [MaxLength(2000)] string? Message = null, [MaxLength(20)] string? Area = null);

/// <param name="Id">For enquiries.</param>
/// <param name="Token">Opens the answer; only the sender has it.</param>
/// <param name="State">open.</param>
public sealed record FeedbackReceipt(Guid Id, string Token, string State);

/// <param name="State">open, accepted, done or dismissed.</param>
/// <param name="Reply">What the office answers.</param>
/// <param name="DecidedAt">When it did.</param>
public sealed record FeedbackReply(string State, string? Reply, DateTimeOffset? DecidedAt);

/// <summary>Feedback as the office in charge sees it.</summary>
public sealed record FeedbackView(
    Guid Id, long Version, string SubjectType, Guid SubjectId, string Area, string Language, bool? Helpful, string? Message, string State, string? Reply,
    DateTimeOffset CreatedAt, DateTimeOffset? DecidedAt);

/// <param name="State">accepted, done or dismissed.</param>
/// <param name="Reply">For the sender.</param>
public sealed record Triage([AllowedValues("accepted", "done", "dismissed")] string State, [MaxLength(2000)] string? Reply = null);

internal static class FeedbackEndpoints
{
    public static void MapFeedback(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/feedback").WithTags("Feedback");
        group.MapPost("", Give).WithName("GiveFeedback").WithSummary("Says something about a page, association, place or event; nobody's address is kept");
        group.MapGet("", List).WithName("ListFeedback").WithSummary("Feedback on one's areas, the latest first");
        group.MapPost("/{id:guid}/triage", Decide).WithName("TriageFeedback").WithSummary("Says what becomes of a piece of feedback, and answers it");
        group.MapGet("/replies/{token}", GetReply).WithName("GetFeedbackReply").WithSummary("What became of one's own feedback, by the token that was given for it");
    }

    private static async Task<Results<Accepted<FeedbackReceipt>, ProblemHttpResult>> Give(
        HttpContext context, JsonBody<NewFeedback> body, Caller caller, WelcomeDb db, AreaRegister areas,
            FeedbackBounds bounds, TimeProvider time,
        CancellationToken ct)
    {
        var asked = body.Value;
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(asked.Lang, "/lang").TryGet(out var language, out var problem)) return problem.ToResult();
        var message = asked.Message?.Trim();
        if (asked.Helpful is null && string.IsNullOrEmpty(message)) return Invalid("/message", new("Es fehlt, was Sie sagen möchten.", "What you want to say is missing.")).ToResult();
        if (message?.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) is true) return Invalid("/message", new("Der Text enthält Steuerzeichen.", "The text holds control characters.")).ToResult();
        if (await AreaOfAsync(db, asked, ct) is not { } own) return Invalid("/subjectId", new("Das gibt es nicht.", "There is no such thing.")).ToResult();
        if (asked.Area is not null)
        {
            if (!areas.ParseAt(asked.Area, time.Today(), "/area").TryGet(out var area, out problem)) return problem.ToResult();
            own = area.Key;
        }

        var now = time.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var hasMessage = !string.IsNullOrEmpty(message);
        if (await bounds.RefusalAsync(caller, asked.SubjectId, own, hasMessage, ct) is { } refusal)
        {
            context.Response.Headers.RetryAfter = refusal.RetryAfter;
            return refusal.Problem.ToResult();
        }

        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var feedback = new Domain.Feedback
        {
            Id = Guid.CreateVersion7(now), Version = 1, SubjectType = asked.SubjectType, SubjectId = asked.SubjectId, Area = own, Language = language.Tag, Helpful = asked.Helpful,
            Message = hasMessage ? message : null, State = "open", TokenHash = HashOf(token), CreatedAt = now,
            Reader = caller.Reader,
        };
        db.Feedback.Add(feedback);
        db.Emit(new FeedbackReceived { FeedbackId = feedback.Id, Area = own, Language = language.Tag, SubjectType = asked.SubjectType, SubjectId = asked.SubjectId });
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Accepted((string?)null, new FeedbackReceipt(feedback.Id, token, feedback.State));
    }

    private static async Task<Results<ReadResult<ListOf<FeedbackView>>, ProblemHttpResult>> List(
        HttpContext context, Caller caller, WelcomeDb db, AreaRegister areas, [AsParameters] Paging paging,
        [Description("Only this area and what lies below it")] string? area, [Description("open, accepted, done or dismissed")] string? state, CancellationToken ct)
    {
        if (state is not (null or "open" or "accepted" or "done" or "dismissed")) return Query.Invalid("state", new("Diesen Zustand gibt es nicht.", "There is no such state.")).ToResult();
        if (!caller.OwnAreas(areas, area).TryGet(out var keys, out var problem)) return problem.ToResult();
        var take = paging.Take();
        var after = paging.After<Key>(context)?.Id;
        var rows = await db.Feedback.AsNoTracking().Where(one => keys.Contains(one.Area) && (state == null || one.State == state) && (after == null || one.Id < after))
            .OrderByDescending(one => one.Id).Take(take + 1).ToListAsync(ct);
        var (cut, links) = Paging.Cut(context, rows, take, last => new Key(last.Id));
        return Reads.Ok(new ListOf<FeedbackView>([.. cut.Select(ViewOf)], links, new ListMeta()));
    }

    private static async Task<Results<Ok<FeedbackView>, ProblemHttpResult>> Decide(
        HttpContext context, Caller caller, WelcomeDb db, TimeProvider time, Guid id, JsonBody<Triage> body, CancellationToken ct)
    {
        var feedback = await db.Feedback.FirstOrDefaultAsync(one => one.Id == id, ct);
        if (feedback is null) return NoSuch.ToResult();
        if (!caller.MayAny(feedback.Area, Editing.Keepers)) return Editing.Foreign(feedback.Area).ToResult();
        if (IfMatch.Require(context, feedback.Version) is { } stale) return stale.ToResult();
        (feedback.State, feedback.Reply, feedback.DecidedAt, feedback.DecidedBy) = (body.Value.State, body.Value.Reply ?? feedback.Reply, time.GetUtcNow(), caller.Subject);
        feedback.Version++;
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return CommonProblems.PreconditionFailed.With(new("Inzwischen geändert.", "Changed meanwhile.")).ToResult();
        }

        IfMatch.Tell(context, feedback.Version);
        return TypedResults.Ok(ViewOf(feedback));
    }

    private static async Task<Results<Ok<FeedbackReply>, ProblemHttpResult>> GetReply(HttpContext context, WelcomeDb db, string token, CancellationToken ct)
    {
        context.Response.Headers.CacheControl = "no-store";
        var hash = HashOf(token);
        var feedback = token.Length == 32 ? await db.Feedback.AsNoTracking().FirstOrDefaultAsync(one => one.TokenHash == hash, ct) : null;
        return feedback is null ? NoSuch.ToResult() : TypedResults.Ok(new FeedbackReply(feedback.State, feedback.Reply, feedback.DecidedAt));
    }

    /// <summary>The area in charge of what is spoken about; null when there is no such thing. Places and events come with their own lists.</summary>
    private static async Task<string?> AreaOfAsync(WelcomeDb db, NewFeedback asked, CancellationToken ct) => asked.SubjectType switch
    {
        "page" => await db.LivePages.Where(page => page.PageId == asked.SubjectId && page.Until == null).Select(page => page.Area).FirstOrDefaultAsync(ct),
        "association" => await db.Associations.Where(one => one.Id == asked.SubjectId && one.Snapshot != null).Select(one => one.Area).FirstOrDefaultAsync(ct),
        _ => null,
    };

    private static FeedbackView ViewOf(Domain.Feedback one) => new(
        one.Id, one.Version, one.SubjectType, one.SubjectId, one.Area, one.Language, one.Helpful, one.Message, one.State, one.Reply, one.CreatedAt, one.DecidedAt);

    private static byte[] HashOf(string token) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token));

    private static ProblemCase NoSuch => CommonProblems.NotFound.With(new("Diese Rückmeldung gibt es nicht.", "There is no such feedback."));

    private static ProblemCase Invalid(string pointer, Text detail) => CommonProblems.InvalidValues.With(detail, new Fault(pointer, CommonProblems.Faults.InvalidValue, detail));

    private sealed record Key(Guid Id);
}

/// <summary>Forgets feedback that nobody needs any more.</summary>
internal sealed class ForgetFeedback(WelcomeDb db, IOptions<WelcomeOptions> options, TimeProvider time) : IJobHandler
{
    public const string Kind = "forget-feedback";

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        var before = time.GetUtcNow() - options.Value.FeedbackKept;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Feedback.Where(one => one.CreatedAt < before).ExecuteDeleteAsync(ct);
        // Pseudonyms of addresses count on their day only.
        var today = time.Today().StartInBerlin();
        await db.Feedback.Where(one => one.Reader != null && one.CreatedAt < today)
            .ExecuteUpdateAsync(set => set.SetProperty(one => one.Reader, (string?)null), ct);
        await transaction.CommitAsync(ct);
    }
}
