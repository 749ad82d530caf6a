using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
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

/// <param name="Blocks">What the area adds to the page, in order.</param>
/// <param name="ChangeNote">Told to readers once it is live.</param>
public sealed record NewOverlay([Required, Length(1, 20)] IReadOnlyList<NewOverlayPart> Blocks, [MaxLength(500)] string? ChangeNote = null);

/// <param name="Body">HTML; what is not in the safe subset is taken out.</param>
/// <param name="Position">before, after or instead of the block.</param>
/// <param name="Block">Id of a block of the page; null = the whole page.</param>
public sealed record NewOverlayPart(
    [Required, MaxLength(50_000)] string Body, OverlayPosition Position = OverlayPosition.After, [MaxLength(60)] string? Block = null);

/// <summary>A text as its editors see it: the draft, or what is live when there is no draft.</summary>
public sealed record TextRecord(
    Guid PageId, string Area, string Lang, bool IsDraft, string Title, string Slug, string? Summary, string Body, IReadOnlyList<OverlayPart> Blocks,
    string? ChangeNote, bool Minor, string? State, long Version);

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
    }

    private static async Task<Results<Ok<TextRecord>, ProblemHttpResult>> GetTranslation(
        HttpContext context, WelcomeDb db, Caller caller, Guid id, string lang, CancellationToken ct)
    {
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(lang, "lang").TryGet(out var language, out var problem)) return problem.ToResult();
        var page = await db.Pages.AsNoTracking().FirstOrDefaultAsync(candidate => candidate.Id == id, ct);
        if (page is null) return PageEndpoints.NoSuchPage.ToResult();
        if (!caller.MayAny(page.Area, Scopes.WelcomeWrite, Scopes.WelcomeTranslate, Scopes.WelcomePublish)) return Editing.Foreign(page.Area).ToResult();
        var draft = await db.Drafts.AsNoTracking().FirstOrDefaultAsync(one => one.PageId == id && one.Area == page.Area && one.Lang == language.Tag, ct);
        var live = draft is null ? await db.LiveVersionAsync(id, page.Area, language.Tag, ct) : null;
        context.Response.Headers.CacheControl = "no-store";
        IfMatch.Tell(context, page.Version);
        if (draft is not null) return TypedResults.Ok(RecordOf(draft, page.Version));
        return live is null
            ? Problems.NoTranslation.With(new($"Auf {language.Tag} gibt es noch nichts.", $"There is nothing in {language.Tag} yet.")).ToResult()
            : TypedResults.Ok(new TextRecord(id, page.Area, language.Tag, false, live.Text.Title, live.Text.Slug, live.Text.Summary, live.Text.Body,
                live.Text.Parts, live.ChangeNote, live.Minor, live.Quality, page.Version));
    }

    private static async Task<Results<Ok<TextRecord>, Created<TextRecord>, ProblemHttpResult>> PutTranslation(
        HttpContext context, JsonBody<NewText> body, Caller caller, WriteText write, Guid id, string lang, CancellationToken ct)
    {
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(lang, "lang").TryGet(out var language, out var problem)) return problem.ToResult();
        var asked = body.Value;
        var clean = Blocks.WithIds(SafeHtml.Clean(asked.Body));
        var text = new PageText { Title = asked.Title.Trim(), Slug = Slugs.Of(asked.Slug ?? asked.Title), Summary = asked.Summary, Body = clean };
        var order = new WriteOrder(id, null, language.Tag, text, asked.ChangeNote, asked.Minor, asked.State) { SlugIsFree = asked.Slug is null };
        return Answer(context, await write.Handle(context, order, caller, s_writers, ct));
    }

    private static async Task<Results<Ok<TextRecord>, Created<TextRecord>, ProblemHttpResult>> PutOverlay(
        HttpContext context, JsonBody<NewOverlay> body, Caller caller, WriteText write, AreaRegister areas, TimeProvider time,
        Guid id, string area, string lang, CancellationToken ct)
    {
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(lang, "lang").TryGet(out var language, out var problem)) return problem.ToResult();
        if (!areas.ParseAt(area, time.Today(), "area").TryGet(out var layer, out problem)) return problem.ToResult();
        OverlayPart[] parts = [.. body.Value.Blocks.Select(part => new OverlayPart(part.Position, part.Block, SafeHtml.Clean(part.Body)))];
        var empty = parts.Index().Where(part => part.Item.Body.Length == 0)
            .Select(part => new Fault($"/blocks/{part.Index}/body", Problems.EmptyText.Code, new("Es bleibt kein Text übrig.", "No text is left."))).ToArray();
        if (empty.Length > 0) return Problems.EmptyText.With(new("Teile haben keinen Text.", "Some parts have no text."), empty).ToResult();
        var text = new PageText { Title = "", Slug = "", Body = "", Parts = parts };
        var order = new WriteOrder(id, layer.Key, language.Tag, text, body.Value.ChangeNote, false, null);
        return Answer(context, await write.Handle(context, order, caller, [Scopes.WelcomeWrite], ct));
    }

    private static Results<Ok<TextRecord>, Created<TextRecord>, ProblemHttpResult> Answer(HttpContext context, Outcome<Written> outcome)
    {
        if (!outcome.TryGet(out var written, out var problem)) return problem.ToResult();
        IfMatch.Tell(context, written.Draft.Version);
        var record = RecordOf(written.Draft, written.Draft.Version);
        return written.IsNew ? TypedResults.Created(context.Request.Path, record) : TypedResults.Ok(record);
    }

    private static TextRecord RecordOf(Draft draft, long version) => new(
        draft.PageId, draft.Area, draft.Lang, true, draft.Text.Title, draft.Text.Slug, draft.Text.Summary, draft.Text.Body, draft.Text.Parts,
        draft.ChangeNote, draft.Minor, draft.Quality, version);
}

/// <param name="Layer">Area of the overlay; null for the page's own text.</param>
internal sealed record WriteOrder(Guid PageId, string? Layer, string Lang, PageText Text, string? ChangeNote, bool Minor, string? Quality)
{
    /// <summary>True when the address is ours to choose.</summary>
    public bool SlugIsFree { get; init; }
}

internal sealed record Written(Draft Draft, bool IsNew);

/// <summary>Writes a draft beside what is live.</summary>
internal sealed class WriteText(WelcomeDb db, PageEditing editing, AreaRegister areas, TimeProvider time)
{
    public async Task<Outcome<Written>> Handle(HttpContext context, WriteOrder order, Caller caller, string[] scopes, CancellationToken ct)
    {
        var (transaction, page) = await editing.OpenAsync(order.PageId, ct);
        await using var _ = transaction;
        if (page is null) return PageEndpoints.NoSuchPage;
        var layer = order.Layer ?? page.Area;
        if (!caller.MayAny(layer, scopes)) return Editing.Foreign(layer);
        if (page.Status == PageStatus.Removed) return Editing.Gone(page);
        if (order.Layer is not null && (layer == page.Area || !areas.IsWithin(layer, page.Area)))
        {
            return Problems.NotAnOverlay.With(new($"{layer} liegt nicht unterhalb von {page.Area}.", $"{layer} is not below {page.Area}."));
        }

        if (order.Layer is null && order.Text.Slug.Length == 0)
        {
            var text = new Text("Es fehlen Buchstaben oder Ziffern.", "Letters or digits are missing.");
            return CommonProblems.InvalidValues.With(text, new Fault("/slug", CommonProblems.Faults.InvalidValue, text));
        }

        var draft = await db.Drafts.FirstOrDefaultAsync(one => one.PageId == page.Id && one.Area == layer && one.Lang == order.Lang, ct);
        var live = await db.LiveVersionAsync(page.Id, layer, order.Lang, ct);
        if (Seen(context, page, draft?.Version ?? live?.PageVersion) is { } stale) return stale;
        if (order.Layer is null)
        {
            var slug = await FreeSlugAsync(page.Id, order.Lang, order.Text.Slug, ct);
            if (slug != order.Text.Slug && !order.SlugIsFree) return Taken(order.Text.Slug);
            order = order with { Text = order.Text with { Slug = slug } };
        }

        page.Version++;
        var isNew = draft is null && live is null;
        var saved = await SaveAsync(page, draft, layer, order, caller, ct);
        await transaction.CommitAsync(ct);
        return new Written(saved, isNew);
    }

    internal static ProblemCase Taken(string slug) => Problems.SlugTaken.With(
        new($"„{slug}“ gehört zu einer anderen Seite.", $"“{slug}” belongs to another page."),
        new Fault("/slug", Problems.SlugTaken.Code, new("Vergeben.", "Taken.")));

    private async Task<Draft> SaveAsync(Page page, Draft? draft, string layer, WriteOrder order, Caller caller, CancellationToken ct)
    {
        var basis = order.Lang == page.SourceLanguage || layer != page.Area ? null : await BasisAsync(page, caller, ct);
        if (draft is null)
        {
            db.Drafts.Add(draft = new Draft
            {
                PageId = page.Id, Area = layer, Lang = order.Lang, Text = order.Text, Author = caller.Subject, SavedAt = time.GetUtcNow(), Version = page.Version,
            });
        }

        draft.Text = order.Text;
        draft.ChangeNote = order.ChangeNote;
        draft.Minor = order.Minor;
        draft.Quality = order.Quality;
        draft.Basis = basis;
        draft.Author = caller.Subject;
        draft.SavedAt = time.GetUtcNow();
        draft.Version = page.Version;
        await db.SaveChangesAsync(ct);
        return draft;
    }

    /// <summary>What a translation is a translation of: what is live; the draft, for whoever wrote it and before anything is live.</summary>
    private async Task<string[]> BasisAsync(Page page, Caller caller, CancellationToken ct)
    {
        var draft = await db.Drafts.FirstOrDefaultAsync(one => one.PageId == page.Id && one.Area == page.Area && one.Lang == page.SourceLanguage, ct);
        var live = await db.LiveVersionAsync(page.Id, page.Area, page.SourceLanguage, ct);
        var text = draft is not null && (live is null || draft.Author == caller.Subject) ? draft.Text : live?.Text;
        return text is null ? [] : Segments.HashesOf(text);
    }

    /// <summary>The address, or with a number behind it the first that no other page has, had or is about to get.</summary>
    private async Task<string> FreeSlugAsync(Guid pageId, string lang, string slug, CancellationToken ct)
    {
        var taken = (await db.Database.SqlQuery<string>($"""
            select slug as "Value" from welcomepackage.page_slug where lang = {lang} and page_id <> {pageId} and starts_with(slug, {slug})
            union select text->>'slug' from welcomepackage.draft where lang = {lang} and page_id <> {pageId} and starts_with(text->>'slug', {slug})
            """).ToListAsync(ct)).ToHashSet();
        return Enumerable.Range(1, int.MaxValue).Select(number => number == 1 ? slug : string.Create(CultureInfo.InvariantCulture, $"{slug}-{number}")).First(one => !taken.Contains(one));
    }

    /// <summary>
    /// Nobody overwrites what they have not seen: the version named must be one at which this text was as it is now. Others may have
    /// changed other languages since.
    /// </summary>
    private static ProblemCase? Seen(HttpContext context, Page page, long? changedAt)
    {
        var headers = context.Request.GetTypedHeaders();
        if (headers.IfMatch.Count > 0)
        {
            var seen = headers.IfMatch.Any(tag => tag.Tag == "*"
                || (!tag.IsWeak && EntityTag.VersionOf(tag) is { } version && version <= page.Version && version >= (changedAt ?? 1)));
            return seen ? null : IfMatch.Require(context, page.Version) ?? CommonProblems.PreconditionFailed.With(new("Inzwischen geändert.", "Changed meanwhile."));
        }

        if (changedAt is null && headers.IfNoneMatch.Any(tag => tag.Tag == "*")) return null;
        return changedAt is null ? IfMatch.RequireNew(context)
            : headers.IfNoneMatch.Any(tag => tag.Tag == "*")
                ? CommonProblems.PreconditionFailed.With(new("Den Text gibt es schon.", "The text exists already.")).Add("currentVersion", page.Version)
                : IfMatch.Require(context, page.Version);
    }
}

internal static class TextQueries
{
    /// <summary>The published text that readers get now, as it was written; null when none is live.</summary>
    public static Task<TextVersion?> LiveVersionAsync(this WelcomeDb db, Guid pageId, string area, string lang, CancellationToken ct) =>
        db.TextVersions.AsNoTracking().FirstOrDefaultAsync(
            version => version.PageId == pageId && version.Area == area && version.Lang == lang
                && db.LiveTexts.Any(live => live.PageId == pageId && live.Area == area && live.Lang == lang && live.Until == null && live.Number == version.Number), ct);
}
