using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Wir.Messaging;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Data.Configurations;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Live;

/// <summary>Changes what readers see. Everything of one change gets one content revision and commits at once, feed and events included.</summary>
public sealed class LiveWriter(WelcomeDb db, Renderer renderer)
{
    private long? _revision;

    /// <summary>The revision of this change. Its row stays locked until commit, so revisions become visible in their order.</summary>
    public async Task<long> RevisionAsync(CancellationToken ct) => _revision ??= (await db.Database
        .SqlQuery<long>($"update welcomepackage.content set revision = revision + 1 returning revision").ToListAsync(ct)).Single();

    /// <summary>Puts a published text in the place of the one before; a text of which nothing is left only ends.</summary>
    public async Task ReplaceTextAsync(Page page, TextVersion version, CancellationToken ct)
    {
        await CloseTextAsync(page.Id, version.Area, version.Lang, ct);
        await db.Database.ExecuteSqlAsync($"delete from welcomepackage.shared_use where page_id = {page.Id} and area = {version.Area} and lang = {version.Lang}", ct);
        if (version.Area != page.Area && version.Text.Parts.Count == 0) return;
        var rendered = await renderer.RenderAsync(version.Text, version.Lang, version.Area != page.Area, ct);
        await db.Database.ExecuteSqlAsync($"""
            insert into welcomepackage.shared_use (key, page_id, area, lang)
            select key, {page.Id}, {version.Area}, {version.Lang} from unnest({rendered.Uses.ToArray()}) as key
            """, ct);
        db.LiveTexts.Add(RowOf(page, version, rendered, await RevisionAsync(ct), version.PublishedAt));
    }

    /// <summary>Shows pages as they now are; their public versions become their versions.</summary>
    public async Task ReplacePagesAsync(IReadOnlyList<Page> pages, CancellationToken ct)
    {
        var revision = await RevisionAsync(ct);
        var ids = pages.Select(page => page.Id).ToArray();
        // What this very change showed before was never seen by anybody.
        foreach (var row in db.LivePages.Local.Where(row => ids.Contains(row.PageId) && row.Since == revision).ToArray()) db.Entry(row).State = EntityState.Detached;
        await db.Database.ExecuteSqlAsync($"""
            with forgotten as (delete from welcomepackage.live_page where page_id = any({ids}) and since = {revision})
            update welcomepackage.live_page set until = {revision} where page_id = any({ids}) and until is null and since < {revision}
            """, ct);
        db.LivePages.AddRange(pages.Where(page => page.Status is PageStatus.Published or PageStatus.Withdrawn).Select(page => RowOf(page, revision)));
    }

    /// <summary>
    /// Writes anew what uses the shared items: only texts that read otherwise now get a new row, and only their pages a new version. All of
    /// it is one change under one revision.
    /// </summary>
    /// <returns>The pages that changed.</returns>
    public Task<IReadOnlyList<Page>> RerenderAsync(IReadOnlyList<string> keys, DateTimeOffset now,
        CancellationToken ct) => RerenderAsync(
        text => db.SharedUses.Any(use => keys.Contains(use.Key) && use.PageId == text.PageId && use.Area == text.Area
            && use.Lang == text.Lang), now, ct);

    /// <summary>As the other, for texts that are chosen in another way.</summary>
    public async Task<IReadOnlyList<Page>> RerenderAsync(Expression<Func<LiveText, bool>> which, DateTimeOffset now,
        CancellationToken ct)
    {
        renderer.Forget();
        var shown = await (
            from text in db.LiveTexts.AsNoTracking().Where(which)
            join version in db.TextVersions.AsNoTracking() on new { text.PageId, text.Area, text.Lang, text.Number } equals new { version.PageId, version.Area, version.Lang, version.Number }
            where text.Until == null
            select new { Text = text, Version = version }).ToListAsync(ct);
        var ids = shown.Select(one => one.Text.PageId).Distinct().Order().ToArray();
        var pages = (await db.Pages.FromSql($"select * from welcomepackage.page where id = any({ids}) order by id for update").ToListAsync(ct)).ToDictionary(page => page.Id);
        var changed = new HashSet<Guid>();
        foreach (var one in shown)
        {
            var page = pages[one.Text.PageId];
            var rendered = await renderer.RenderAsync(one.Version.Text, one.Text.Lang, one.Text.IsOverlay, ct);
            await ReplaceUsesAsync(one.Version, rendered, ct);
            if (Same(one.Text, rendered)) continue;
            changed.Add(page.Id);
            await CloseTextAsync(page.Id, one.Text.Area, one.Text.Lang, ct);
            db.LiveTexts.Add(RowOf(page, one.Version, rendered, await RevisionAsync(ct), now));
        }

        var touched = pages.Values.Where(page => changed.Contains(page.Id)).ToArray();
        foreach (var page in touched) (page.Version, page.UpdatedAt) = (page.Version + 1, now);
        if (touched.Length == 0) return [];
        await ReplacePagesAsync(touched, ct);
        await SaveAsync(touched, ct);
        return touched;
    }

    public async Task CloseTextAsync(Guid pageId, string area, string lang, CancellationToken ct)
    {
        var revision = await RevisionAsync(ct);
        if (db.LiveTexts.Local.FirstOrDefault(row => row.PageId == pageId && row.Area == area && row.Lang == lang && row.Since == revision) is { } early) db.Entry(early).State = EntityState.Detached;
        await db.Database.ExecuteSqlAsync($"""
            with forgotten as (delete from welcomepackage.live_text where page_id = {pageId} and area = {area} and lang = {lang} and since = {revision})
            update welcomepackage.live_text set until = {revision}
            where page_id = {pageId} and area = {area} and lang = {lang} and until is null and since < {revision}
            """, ct);
    }

    /// <summary>Writes what was changed, and the pages' new public state into the feed. The caller commits.</summary>
    public async Task SaveAsync(IReadOnlyList<Page> pages, CancellationToken ct)
    {
        await db.SaveChangesAsync(ct);
        var ids = pages.Select(page => page.Id).ToArray();
        var texts = (await db.LiveTexts.AsNoTracking().Where(text => ids.Contains(text.PageId) && text.Until == null)
            .OrderBy(text => text.Area).ThenBy(text => text.Lang).ToListAsync(ct)).ToLookup(text => text.PageId);
        var states = (await db.Translations.AsNoTracking().Where(translation => ids.Contains(translation.PageId))
            .OrderBy(translation => translation.Lang).ToListAsync(ct)).ToLookup(translation => translation.PageId, translation => new TranslationView(translation.Lang, translation.State));
        foreach (var page in pages) db.Feed(FeedOf(page, [.. texts[page.Id]], [.. states[page.Id]]));
        await db.SaveChangesAsync(ct);
    }

    private async Task ReplaceUsesAsync(TextVersion version, Rendered rendered, CancellationToken ct) => await db.Database.ExecuteSqlAsync($"""
        with gone as (
            delete from welcomepackage.shared_use
            where page_id = {version.PageId} and area = {version.Area} and lang = {version.Lang} and not key = any({rendered.Uses.ToArray()})
        )
        insert into welcomepackage.shared_use (key, page_id, area, lang)
        select key, {version.PageId}, {version.Area}, {version.Lang} from unnest({rendered.Uses.ToArray()}) as key on conflict do nothing
        """, ct);

    private static bool Same(LiveText text, Rendered rendered) =>
        text.Blocks.SequenceEqual(rendered.Blocks) && text.Parts.SequenceEqual(rendered.Parts) && text.Facts.SequenceEqual(rendered.Facts);

    private static LiveText RowOf(Page page, TextVersion version, Rendered rendered, long revision, DateTimeOffset updatedAt) => new()
    {
        PageId = page.Id,
        Area = version.Area,
        Lang = version.Lang,
        Since = revision,
        Number = version.Number,
        IsOverlay = version.Area != page.Area,
        IsSource = version.Area == page.Area && version.Lang == page.SourceLanguage,
        Title = version.Text.Title,
        Slug = version.Text.Slug,
        Summary = version.Text.Summary,
        Blocks = rendered.Blocks,
        Parts = rendered.Parts,
        Facts = rendered.Facts,
        UpdatedAt = updatedAt,
    };

    private static LivePage RowOf(Page page, long revision) => new()
    {
        PageId = page.Id,
        Since = revision,
        Version = page.Version,
        ParentId = page.ParentId,
        SortOrder = page.SortOrder,
        Area = page.Area,
        Status = page.Status,
        SourceLanguage = page.SourceLanguage,
        FieldOfAction = page.FieldOfAction,
        Source = page.Source,
        CheckedAt = page.CheckedAt,
        ReviewBy = page.ReviewBy,
        Reason = page.Reason,
        SuccessorId = page.SuccessorId,
        UpdatedAt = page.UpdatedAt,
    };

    private static FeedChange FeedOf(Page page, IReadOnlyList<LiveText> texts, IReadOnlyList<TranslationView> states)
    {
        if (page.Status is not (PageStatus.Published or PageStatus.Withdrawn))
        {
            return new FeedChange("page", page.Id, page.Version, null) { Reason = page.Reason, Successor = page.SuccessorId };
        }

        // Written as the API writes it, names of states included.
        return new FeedChange("page", page.Id, page.Version, JsonSerializer.SerializeToElement(new PageFeed(
            page.Id, page.Version, page.ParentId, page.SortOrder, page.Area, page.Status, page.SourceLanguage, page.FieldOfAction,
            [.. texts.Where(text => !text.IsOverlay).Select(text => new TextFeed(text.Lang, text.Title, text.Slug, text.Summary, text.Blocks))],
            [.. texts.Where(text => text.IsOverlay).Select(text => new OverlayFeed(text.Area, text.Lang, text.Parts))],
            states, page.Source, page.CheckedAt, page.ReviewBy, page.UpdatedAt), JsonColumn.Options));
    }
}

/// <summary>A page in the public feed: everything of it that is live, in all languages.</summary>
public sealed record PageFeed(
    Guid Id, long Version, Guid? ParentId, int Order, string Area, PageStatus Status, string SourceLanguage, string? FieldOfAction,
    IReadOnlyList<TextFeed> Texts, IReadOnlyList<OverlayFeed> Overlays, IReadOnlyList<TranslationView> Translations,
    string? Source, DateOnly? CheckedAt, DateOnly? ReviewBy, DateTimeOffset UpdatedAt);

public sealed record TextFeed(string Lang, string Title, string Slug, string? Summary, IReadOnlyList<TextBlock> Blocks);

public sealed record OverlayFeed(string Area, string Lang, IReadOnlyList<OverlayPart> Blocks);
