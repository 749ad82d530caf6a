using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Contracts;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Html;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="Area">Publishes what this area adds to the page; null = the page's own text.</param>
/// <param name="Languages">Languages to publish; null = all that have a draft.</param>
public sealed record PublishOrder([MaxLength(20)] string? Area = null, [MaxLength(100)] IReadOnlyList<string>? Languages = null);

/// <param name="Id">The page.</param>
/// <param name="Version">Its new version.</param>
/// <param name="Status">Published.</param>
/// <param name="ContentVersion">Number of this change over all content.</param>
/// <param name="Languages">Languages whose text changed.</param>
public sealed record Published(Guid Id, long Version, PageStatus Status, long ContentVersion, IReadOnlyList<string> Languages);

internal static class PublishPage
{
    public static async Task<Results<Ok<Published>, ProblemHttpResult>> Handle(
        HttpContext context, Guid id, JsonBody<PublishOrder>? body, Caller caller, PageEditing editing, Publishing publishing, CancellationToken ct)
    {
        var order = body?.Value ?? new PublishOrder();
        var (transaction, page) = await editing.OpenAsync(id, ct);
        await using var _ = transaction;
        if (page is null) return PageEndpoints.NoSuchPage.ToResult();
        var layer = order.Area ?? page.Area;
        if (!caller.May(Scopes.WelcomePublish, layer)) return Editing.Foreign(layer).ToResult();
        if (IfMatch.Require(context, page.Version) is { } stale) return stale.ToResult();
        if (!(await publishing.PublishAsync(page, layer, order.Languages, caller.Subject, ct)).TryGet(out var published, out var problem)) return problem.ToResult();
        await transaction.CommitAsync(ct);
        IfMatch.Tell(context, published.Version);
        return TypedResults.Ok(published);
    }
}

/// <summary>Makes drafts live, within the caller's transaction.</summary>
internal sealed class Publishing(WelcomeDb db, LiveWriter live, TimeProvider time)
{
    public async Task<Outcome<Published>> PublishAsync(Page page, string layer, IReadOnlyList<string>? languages, string publisher, CancellationToken ct)
    {
        var drafts = await db.Drafts.Where(draft => draft.PageId == page.Id && draft.Area == layer && (languages == null || languages.Contains(draft.Lang)))
            .OrderBy(draft => draft.Lang).ToListAsync(ct);
        if (await RefusalAsync(page, layer, drafts, publisher, ct) is { } refusal) return refusal;

        var now = time.GetUtcNow();
        page.Version++;
        page.Status = PageStatus.Published;
        page.UpdatedAt = now;
        var revision = await live.RevisionAsync(ct);
        foreach (var draft in drafts)
        {
            var number = 1 + (await db.TextVersions.Where(one => one.PageId == page.Id && one.Area == layer && one.Lang == draft.Lang).MaxAsync(one => (int?)one.Number, ct) ?? 0);
            var version = new TextVersion
            {
                PageId = page.Id, Area = layer, Lang = draft.Lang, Number = number, Text = draft.Text, ChangeNote = draft.ChangeNote, Minor = draft.Minor,
                Quality = draft.Quality, Basis = draft.Basis, Author = draft.Author, PublishedBy = publisher, PublishedAt = now, PageVersion = page.Version, Revision = revision,
            };
            db.TextVersions.Add(version);
            db.Drafts.Remove(draft);
            await live.ReplaceTextAsync(page, version, ct);
            if (layer == page.Area) await MoveSlugAsync(page.Id, draft.Lang, draft.Text.Slug, ct);
        }

        await live.ReplacePageAsync(page, ct);
        await db.SaveChangesAsync(ct);
        await TellAsync(page, ct);
        await live.SaveAsync(page, ct);
        return new Published(page.Id, page.Version, page.Status, revision, [.. drafts.Select(draft => draft.Lang)]);
    }

    private async Task<ProblemCase?> RefusalAsync(Page page, string layer, List<Draft> drafts, string publisher, CancellationToken ct)
    {
        if (page.Status == PageStatus.Removed) return Editing.Gone(page);
        if (drafts.Count == 0) return Problems.NothingToPublish.With(new("Es gibt keinen Entwurf.", "There is no draft."));
        if (drafts.Any(draft => draft.Author == publisher))
        {
            return CommonProblems.FourEyes.With(new("Den eigenen Entwurf veröffentlicht jemand anderes.", "Somebody else publishes your draft."));
        }

        foreach (var draft in drafts.Where(_ => layer == page.Area))
        {
            if (await db.Slugs.AnyAsync(one => one.Lang == draft.Lang && one.Slug == draft.Text.Slug && one.PageId != page.Id, ct)) return WriteText.Taken(draft.Text.Slug);
        }

        var hasSource = layer != page.Area ? page.Status == PageStatus.Published
            : drafts.Any(draft => draft.Lang == page.SourceLanguage) || await db.LiveVersionAsync(page.Id, page.Area, page.SourceLanguage, ct) is not null;
        if (!hasSource)
        {
            return Problems.SourceMissing.With(new(
                $"Zuerst muss der Text auf {page.SourceLanguage} veröffentlicht sein.", $"The text in {page.SourceLanguage} has to be published first."));
        }

        var parentIsLive = page.ParentId is null || await db.Pages.AnyAsync(parent => parent.Id == page.ParentId && parent.Status == PageStatus.Published, ct);
        return parentIsLive ? null : Problems.ParentNotLive.With(new("Zuerst die übergeordnete Seite veröffentlichen.", "Publish the parent page first."));
    }

    private async Task MoveSlugAsync(Guid pageId, string lang, string slug, CancellationToken ct)
    {
        var known = await db.Slugs.Where(one => one.PageId == pageId && one.Lang == lang).ToListAsync(ct);
        foreach (var one in known) one.IsCurrent = one.Slug == slug;
        if (known.All(one => one.Slug != slug)) db.Slugs.Add(new PageSlug { PageId = pageId, Lang = lang, Slug = slug, IsCurrent = true });
    }

    /// <summary>Events for the page and for each translation whose state is another now.</summary>
    private async Task TellAsync(Page page, CancellationToken ct)
    {
        var versions = await (
            from text in db.LiveTexts.AsNoTracking()
            join version in db.TextVersions.AsNoTracking() on new { text.PageId, text.Area, text.Lang, text.Number } equals new { version.PageId, version.Area, version.Lang, version.Number }
            where text.PageId == page.Id && text.Until == null && !text.IsOverlay
            orderby version.Lang
            select version).ToListAsync(ct);
        db.Emit(new PagePublished
        {
            PageId = page.Id, Area = page.Area, Version = page.Version, Languages = [.. versions.Select(version => version.Lang)], CheckedAt = page.CheckedAt?.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        });
        var source = versions.Single(version => version.Lang == page.SourceLanguage);
        var wanted = Segments.HashesOf(source.Text);
        var known = await db.Translations.Where(one => one.PageId == page.Id).ToDictionaryAsync(one => one.Lang, ct);
        foreach (var version in versions)
        {
            var (state, open) = StateOf(version, wanted, version == source);
            if (!known.TryGetValue(version.Lang, out var row)) db.Translations.Add(row = new Translation { PageId = page.Id, Lang = version.Lang, State = "" });
            var before = row.State.Length == 0 ? null : row.State;
            (row.State, row.OpenSegments) = (state, open);
            if (before != state) db.Emit(new TranslationStateChanged { PageId = page.Id, Area = page.Area, Language = version.Lang, Before = before, State = state });
        }
    }

    /// <summary>A translation is up to date when it says each segment of the source, and none that the source no longer has.</summary>
    internal static (string State, int Open) StateOf(TextVersion version, IReadOnlyList<string> source, bool isSource)
    {
        if (isSource) return (TranslationState.UpToDate, 0);
        var open = Segments.Missing(source, version.Basis ?? []).Count;
        if (open > 0 || Segments.Missing(version.Basis ?? [], source).Count > 0) return (TranslationState.Outdated, open);
        return (version.Quality ?? TranslationState.UpToDate, 0);
    }
}
