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
using Wir.WelcomePackage.Features.Translations;
using Wir.WelcomePackage.Html;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="Title">The page's name, plain text.</param>
/// <param name="Slug">Its address within the language; follows from the title when not given.</param>
/// <param name="Summary">One or two sentences, plain text.</param>
/// <param name="Body">HTML; what is not in the safe subset is taken out.</param>
/// <param name="ChangeNote">Told to readers once it is live.</param>
/// <param name="Minor">True when the change says nothing new to readers.</param>
/// <param name="State">machine-translated or needs-review when the text is not to count as approved.</param>
public sealed record NewText(
    [Required, MaxLength(200)] string Title,
    [Required(AllowEmptyStrings = true), MaxLength(200_000)] string Body,
    [MaxLength(Slugs.MaxLength)] string? Slug = null,
    [MaxLength(500)] string? Summary = null,
    [MaxLength(500)] string? ChangeNote = null,
    bool Minor = false,
    [AllowedValues(null, TranslationState.MachineTranslated, TranslationState.NeedsReview)] string? State = null);

/// <param name="Blocks">What the area adds to the page, in order; empty = nothing any more.</param>
/// <param name="ChangeNote">Told to readers once it is live.</param>
public sealed record NewOverlay([Required, MaxLength(20)] IReadOnlyList<NewOverlayPart> Blocks, [MaxLength(500)] string? ChangeNote = null);

/// <param name="Body">HTML; what is not in the safe subset is taken out.</param>
/// <param name="Position">before, after or instead of the block.</param>
/// <param name="Block">Id of a block of the page; null = the whole page.</param>
public sealed record NewOverlayPart(
    [Required, MaxLength(50_000)] string Body, OverlayPosition Position = OverlayPosition.After, [MaxLength(60)] string? Block = null);

/// <summary>A text as its editors see it: the draft, or what is live when there is no draft.</summary>
public sealed record TextRecord(
    Guid PageId, string Area, string Lang, bool IsDraft, string Title, string Slug, string? Summary, string Body, IReadOnlyList<OverlayPart> Blocks,
    string? ChangeNote, bool Minor, string? State,
    [property: Description("submitted, approved or rejected; null while it is being written")] string? Review,
    [property: Description("Of whoever decided on the draft")] string? Comment, DateTimeOffset? PublishAt, long Version);

internal static class TranslationEndpoints
{
    private static readonly string[] s_writers = [Scopes.WelcomeWrite, Scopes.WelcomeTranslate];

    public static void MapTranslations(this RouteGroupBuilder api)
    {
        api.MapGet("/pages/{id:guid}/translations/{lang}", GetTranslation).WithName("GetTranslation").WithTags("Pages")
            .WithSummary("The draft in a language, or what is live when there is none; for editors");
        api.MapPut("/pages/{id:guid}/translations/{lang}", PutTranslation).WithName("PutTranslation").WithTags("Pages")
            .WithSummary("Writes the draft in a language; what is live stays");
        api.MapPut("/pages/{id:guid}/overlays/{area}/{lang}", PutOverlay).WithName("PutOverlay").WithTags("Pages")
            .WithSummary("Writes the draft of what an area adds to a page of a wider area");
        api.MapGet("/pages/{id:guid}/overlays/{area}/{lang}", GetOverlay).WithName("GetOverlay").WithTags("Pages")
            .WithSummary("The draft of what an area adds, or what is live when there is none; for editors");
        api.MapGet("/pages/{id:guid}/translations", TranslationWork.List).WithName("ListTranslations").WithTags("Translation")
            .WithSummary("The state of each language of a page, what is being written included; for editors");
        api.MapGet("/pages/{id:guid}/translations/{lang}/segments", TranslationWork.ListSegments).WithName("ListSegments").WithTags("Translation")
            .WithSummary("Which segments of the source a translation says, and which are open; for editors");
        api.MapGet("/coverage", Coverage.Handle).WithName("GetCoverage").WithTags("Translation").WithSummary("How many pages are in which state, by area and language");
        api.MapDelete("/pages/{id:guid}/translations/{lang}", DiscardDraft).WithName("DiscardDraft").WithTags("Pages")
            .WithSummary("Throws a draft away; what is live stays");
    }

    private static Task<Results<Ok<TextRecord>, ProblemHttpResult>> GetTranslation(
        HttpContext context, WelcomeDb db, Caller caller, Guid id, string lang, CancellationToken ct) => ReadAsync(context, db, caller, id, null, lang, ct);

    private static async Task<Results<Ok<TextRecord>, ProblemHttpResult>> GetOverlay(
        HttpContext context, WelcomeDb db, Caller caller, AreaRegister areas, TimeProvider time, Guid id, string area, string lang, CancellationToken ct) =>
        areas.ParseAt(area, time.Today(), "area").TryGet(out var layer, out var problem) ? await ReadAsync(context, db, caller, id, layer.Key, lang, ct) : problem.ToResult();

    private static async Task<Results<Ok<TextRecord>, ProblemHttpResult>> ReadAsync(
        HttpContext context, WelcomeDb db, Caller caller, Guid id, string? area, string lang, CancellationToken ct)
    {
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(lang, "lang").TryGet(out var language, out var problem)) return problem.ToResult();
        var page = await db.Pages.AsNoTracking().FirstOrDefaultAsync(candidate => candidate.Id == id, ct);
        if (page is null) return PageEndpoints.NoSuchPage.ToResult();
        var layer = area ?? page.Area;
        if (!caller.MayAny(layer, Editing.Editors)) return Editing.Foreign(layer).ToResult();
        var draft = await db.Drafts.AsNoTracking().FirstOrDefaultAsync(one => one.PageId == id && one.Area == layer && one.Lang == language.Tag, ct);
        var live = draft is null ? await db.LiveVersionAsync(id, layer, language.Tag, ct) : null;
        context.Response.Headers.CacheControl = "no-store";
        IfMatch.Tell(context, page.Version);
        if (draft is not null) return TypedResults.Ok(RecordOf(draft, page.Version));
        return live is null
            ? Problems.NoTranslation.With(new($"Auf {language.Tag} gibt es noch nichts.", $"There is nothing in {language.Tag} yet.")).ToResult()
            : TypedResults.Ok(new TextRecord(id, layer, language.Tag, false, live.Text.Title, live.Text.Slug, live.Text.Summary, live.Text.Body,
                live.Text.Parts, live.ChangeNote, live.Minor, live.Quality, null, null, null, page.Version));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DiscardDraft(
        HttpContext context, WelcomeDb db, PageEditing editing, Caller caller, AreaRegister areas, TimeProvider time, Guid id, string lang,
        [Description("Key of the area whose addition it is; the page's own text when not given")] string? area, CancellationToken ct)
    {
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(lang, "lang").TryGet(out var language, out var problem)) return problem.ToResult();
        Area? added = null;
        if (area is not null && !areas.ParseAt(area, time.Today()).TryGet(out added, out problem)) return problem.ToResult();
        var (transaction, page) = await editing.OpenAsync(id, ct);
        await using var _ = transaction;
        if (page is null) return PageEndpoints.NoSuchPage.ToResult();
        var layer = added?.Key ?? page.Area;
        if (!caller.MayAny(layer, s_writers)) return Editing.Foreign(layer).ToResult();
        if (IfMatch.Require(context, page.Version) is { } stale) return stale.ToResult();
        var deleted = await db.Drafts.Where(one => one.PageId == id && one.Area == layer && one.Lang == language.Tag).ExecuteDeleteAsync(ct);
        if (deleted == 0) return Problems.NoTranslation.With(new($"Auf {language.Tag} gibt es keinen Entwurf.", $"There is no draft in {language.Tag}.")).ToResult();
        page.Version++;
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<TextRecord>, Created<TextRecord>, ProblemHttpResult>> PutTranslation(
        HttpContext context, JsonBody<NewText> body, Caller caller, WriteText write, Guid id, string lang, CancellationToken ct)
    {
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(lang, "lang").TryGet(out var language, out var problem)) return problem.ToResult();
        var asked = body.Value;
        if (HtmlBounds.FaultOf(asked.Body) is { } fault) return TooMuch([new("/body", CommonProblems.Faults.TooLong, fault)]).ToResult();
        if (LinkCheck.FaultOf(asked.Body, "/body") is { } link) return Refused([link]).ToResult();
        var clean = Blocks.WithIds(SafeHtml.Clean(asked.Body));
        var text = new PageText { Title = asked.Title.Trim(), Slug = Slugs.Of(asked.Slug ?? asked.Title, language.Tag), Summary = asked.Summary, Body = clean };
        var order = new WriteOrder(id, null, language.Tag, text, asked.ChangeNote, asked.Minor, asked.State) { SlugIsFree = asked.Slug is null };
        return Answer(context, await write.Handle(context, order, caller, s_writers, ct));
    }

    private static async Task<Results<Ok<TextRecord>, Created<TextRecord>, ProblemHttpResult>> PutOverlay(
        HttpContext context, JsonBody<NewOverlay> body, Caller caller, WriteText write, AreaRegister areas, TimeProvider time,
        Guid id, string area, string lang, CancellationToken ct)
    {
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(lang, "lang").TryGet(out var language, out var problem)) return problem.ToResult();
        if (!areas.ParseAt(area, time.Today(), "area").TryGet(out var layer, out problem)) return problem.ToResult();
        Fault[] faults = [.. body.Value.Blocks.Index()
            .Select(part => (part.Index, Fault: HtmlBounds.FaultOf(part.Item.Body))).Where(part => part.Fault is not null)
            .Select(part => new Fault($"/blocks/{part.Index}/body", CommonProblems.Faults.TooLong, part.Fault!))];
        if (faults.Length > 0) return TooMuch(faults).ToResult();
        faults = [.. body.Value.Blocks.Index().Select(part =>
            LinkCheck.FaultOf(part.Item.Body, $"/blocks/{part.Index}/body")).OfType<Fault>()];
        if (faults.Length > 0) return Refused(faults).ToResult();
        OverlayPart[] parts = [.. body.Value.Blocks.Select(part => new OverlayPart(part.Position, part.Block, SafeHtml.Clean(part.Body)))];
        var empty = parts.Index().Where(part => part.Item.Body.Length == 0)
            .Select(part => new Fault($"/blocks/{part.Index}/body", Problems.EmptyText.Code, new("Es bleibt kein Text übrig.", "No text is left."))).ToArray();
        if (empty.Length > 0) return Problems.EmptyText.With(new("Teile haben keinen Text.", "Some parts have no text."), empty).ToResult();
        var text = new PageText { Title = "", Slug = "", Body = "", Parts = parts };
        var order = new WriteOrder(id, layer.Key, language.Tag, text, body.Value.ChangeNote, false, null);
        return Answer(context, await write.Handle(context, order, caller, [Scopes.WelcomeWrite], ct));
    }

    private static ProblemCase Refused(Fault[] links) => CommonProblems.InvalidValues.With(links[0].Detail, links);

    private static ProblemCase TooMuch(IReadOnlyList<Fault> faults) =>
        CommonProblems.InvalidValues.With(new("Der Text ist zu verschachtelt.", "The text is nested too much."), faults);

    private static Results<Ok<TextRecord>, Created<TextRecord>, ProblemHttpResult> Answer(HttpContext context, Outcome<Written> outcome)
    {
        if (!outcome.TryGet(out var written, out var problem)) return problem.ToResult();
        IfMatch.Tell(context, written.Draft.Version);
        var record = RecordOf(written.Draft, written.Draft.Version);
        return written.IsNew ? TypedResults.Created(context.Request.Path, record) : TypedResults.Ok(record);
    }

    internal static TextRecord RecordOf(Draft draft, long version) => new(
        draft.PageId, draft.Area, draft.Lang, true, draft.Text.Title, draft.Text.Slug, draft.Text.Summary, draft.Text.Body, draft.Text.Parts,
        draft.ChangeNote, draft.Minor, draft.Quality, draft.Review?.State, draft.Review?.Comment, draft.PublishAt, version);
}

