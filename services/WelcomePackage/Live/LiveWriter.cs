using Microsoft.EntityFrameworkCore;
using Wir.Messaging;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Live;

/// <summary>Changes what readers see. Everything of one change gets one content revision and commits at once, feed and events included.</summary>
public sealed class LiveWriter(WelcomeDb db, Renderer renderer)
{
    private long? _revision;

    /// <summary>The revision of this change. Its row stays locked until commit, so revisions become visible in their order.</summary>
    public async Task<long> RevisionAsync(CancellationToken ct) => _revision ??= (await db.Database
        .SqlQuery<long>($"update welcomepackage.content set revision = revision + 1 returning revision").ToListAsync(ct)).Single();

    /// <summary>Puts a published text in the place of the one before.</summary>
    public async Task ReplaceTextAsync(Page page, TextVersion version, CancellationToken ct)
    {
        await CloseTextAsync(page.Id, version.Area, version.Lang, ct);
        var isOverlay = version.Area != page.Area;
        var rendered = await renderer.RenderAsync(version.Text, version.Lang, isOverlay, ct);
        await db.Database.ExecuteSqlAsync($"delete from welcomepackage.shared_use where page_id = {page.Id} and area = {version.Area} and lang = {version.Lang}", ct);
        await db.Database.ExecuteSqlAsync($"""
            insert into welcomepackage.shared_use (key, page_id, area, lang)
            select key, {page.Id}, {version.Area}, {version.Lang} from unnest({rendered.Uses.ToArray()}) as key
            """, ct);
        db.LiveTexts.Add(new LiveText
        {
            PageId = page.Id,
            Area = version.Area,
            Lang = version.Lang,
            Since = await RevisionAsync(ct),
            Number = version.Number,
            IsOverlay = isOverlay,
            IsSource = !isOverlay && version.Lang == page.SourceLanguage,
            Title = version.Text.Title,
            Slug = version.Text.Slug,
            Summary = version.Text.Summary,
            Blocks = rendered.Blocks,
            Parts = rendered.Parts,
            Facts = rendered.Facts,
            UpdatedAt = version.PublishedAt,
        });
    }

    /// <summary>Shows the page as it now is; its public version becomes its version.</summary>
    public async Task ReplacePageAsync(Page page, CancellationToken ct)
    {
        var revision = await RevisionAsync(ct);
        // What this very change showed before was never seen by anybody.
        Forget(db.LivePages.Local.FirstOrDefault(row => row.PageId == page.Id && row.Since == revision));
        await db.Database.ExecuteSqlAsync($"""
            with forgotten as (delete from welcomepackage.live_page where page_id = {page.Id} and since = {revision})
            update welcomepackage.live_page set until = {revision} where page_id = {page.Id} and until is null and since < {revision}
            """, ct);
        if (page.Status is not (PageStatus.Published or PageStatus.Withdrawn)) return;
        db.LivePages.Add(new LivePage
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
        });
    }

    public async Task CloseTextAsync(Guid pageId, string area, string lang, CancellationToken ct)
    {
        var revision = await RevisionAsync(ct);
        Forget(db.LiveTexts.Local.FirstOrDefault(row => row.PageId == pageId && row.Area == area && row.Lang == lang && row.Since == revision));
        await db.Database.ExecuteSqlAsync($"""
            with forgotten as (delete from welcomepackage.live_text where page_id = {pageId} and area = {area} and lang = {lang} and since = {revision})
            update welcomepackage.live_text set until = {revision}
            where page_id = {pageId} and area = {area} and lang = {lang} and until is null and since < {revision}
            """, ct);
    }

    private void Forget(object? row)
    {
        if (row is not null) db.Entry(row).State = EntityState.Detached;
    }

    /// <summary>Writes what was changed, and the page's new public state into the feed. The caller commits.</summary>
    public async Task SaveAsync(Page page, CancellationToken ct)
    {
        await db.SaveChangesAsync(ct);
        db.Feed(await FeedAsync(page, ct));
        await db.SaveChangesAsync(ct);
    }

    private async Task<FeedChange> FeedAsync(Page page, CancellationToken ct)
    {
        if (page.Status is not (PageStatus.Published or PageStatus.Withdrawn))
        {
            return new FeedChange("page", page.Id, page.Version, null) { Reason = page.Reason, Successor = page.SuccessorId };
        }

        var texts = await db.LiveTexts.AsNoTracking().Where(text => text.PageId == page.Id && text.Until == null)
            .OrderBy(text => text.Area).ThenBy(text => text.Lang).ToListAsync(ct);
        var states = await db.Translations.AsNoTracking().Where(translation => translation.PageId == page.Id)
            .OrderBy(translation => translation.Lang).Select(translation => new TranslationView(translation.Lang, translation.State)).ToListAsync(ct);
        return new FeedChange("page", page.Id, page.Version, new PageFeed(
            page.Id, page.Version, page.ParentId, page.SortOrder, page.Area, page.Status, page.SourceLanguage, page.FieldOfAction,
            [.. texts.Where(text => !text.IsOverlay).Select(text => new TextFeed(text.Lang, text.Title, text.Slug, text.Summary, text.Blocks))],
            [.. texts.Where(text => text.IsOverlay).Select(text => new OverlayFeed(text.Area, text.Lang, text.Parts))],
            states, page.Source, page.CheckedAt, page.ReviewBy, page.UpdatedAt));
    }
}

/// <summary>A page in the public feed: everything of it that is live, in all languages.</summary>
public sealed record PageFeed(
    Guid Id, long Version, Guid? ParentId, int Order, string Area, PageStatus Status, string SourceLanguage, string? FieldOfAction,
    IReadOnlyList<TextFeed> Texts, IReadOnlyList<OverlayFeed> Overlays, IReadOnlyList<TranslationView> Translations,
    string? Source, DateOnly? CheckedAt, DateOnly? ReviewBy, DateTimeOffset UpdatedAt);

public sealed record TextFeed(string Lang, string Title, string Slug, string? Summary, IReadOnlyList<TextBlock> Blocks);

public sealed record OverlayFeed(string Area, string Lang, IReadOnlyList<OverlayPart> Blocks);
