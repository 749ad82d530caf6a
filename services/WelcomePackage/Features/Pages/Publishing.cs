using Microsoft.EntityFrameworkCore;
using Wir.Contracts;
using Wir.ServiceDefaults.Errors;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Media;
using Wir.WelcomePackage.Features.Translations;
using Wir.WelcomePackage.Html;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Pages;

/// <summary>Makes drafts live and takes pages from readers, within the caller's transaction.</summary>
internal sealed class Publishing(WelcomeDb db, LiveWriter live, MediaCheck media, TimeProvider time)
{
    public async Task<Outcome<Published>> PublishAsync(Page page, string layer, IReadOnlyList<string>? languages, string publisher, CancellationToken ct)
    {
        if (!(await DraftsAsync(page, layer, languages, publisher, ct)).TryGet(out var drafts, out var refusal)) return refusal;
        var now = time.GetUtcNow();
        var wasLive = page.Status == PageStatus.Published;
        page.Version++;
        page.Status = PageStatus.Published;
        (page.Reason, page.SuccessorId) = (null, null);
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

        await live.ReplacePagesAsync([page], ct);
        await db.SaveChangesAsync(ct);
        await TellAsync(page, wasLive, ct);
        await live.SaveAsync([page], ct);
        return new Published(page.Id, page.Version, page.Status, revision, [.. drafts.Select(draft => draft.Lang)]);
    }

    /// <summary>The drafts that may be published now; or why they may not.</summary>
    public async Task<Outcome<IReadOnlyList<Draft>>> DraftsAsync(Page page, string layer, IReadOnlyList<string>? languages, string publisher, CancellationToken ct)
    {
        var drafts = await db.Drafts.Where(draft => draft.PageId == page.Id && draft.Area == layer && (languages == null || languages.Contains(draft.Lang)))
            .OrderBy(draft => draft.Lang).ToListAsync(ct);
        return await RefusalAsync(page, layer, drafts, publisher, ct) is { } refusal ? refusal : drafts;
    }

    /// <summary>Shows a page's place and data as they now are, if readers see the page; drafts only count the change.</summary>
    public async Task ShowAsync(Page page, bool isNews, CancellationToken ct)
    {
        page.Version++;
        page.UpdatedAt = time.GetUtcNow();
        if (page.Status == PageStatus.Draft)
        {
            await db.SaveChangesAsync(ct);
            return;
        }

        await live.ReplacePagesAsync([page], ct);
        if (isNews && page.Status == PageStatus.Published) await TellAsync(page, wasLive: true, ct);
        await live.SaveAsync([page], ct);
    }

    public async Task<ProblemCase?> WithdrawAsync(Page page, string reason, Guid? successor, bool withChildren, CancellationToken ct)
    {
        var below = await BelowAsync(page, ct);
        if (below.Count > 0 && !withChildren) return Children(below.Count);
        await EndAsync([page, .. below], PageStatus.Withdrawn, reason, successor, ct);
        return null;
    }

    public async Task<ProblemCase?> RemoveAsync(Page page, string reason, Guid? successor, CancellationToken ct)
    {
        var children = await db.Pages.CountAsync(child => child.ParentId == page.Id && child.Status != PageStatus.Removed, ct);
        if (children > 0) return Children(children);
        var revision = await live.RevisionAsync(ct);
        await db.Database.ExecuteSqlAsync($"update welcomepackage.live_text set until = {revision} where page_id = {page.Id} and until is null", ct);
        await db.Database.ExecuteSqlAsync($"delete from welcomepackage.shared_use where page_id = {page.Id}", ct);
        await db.Drafts.Where(draft => draft.PageId == page.Id).ExecuteDeleteAsync(ct);
        await EndAsync([page], PageStatus.Removed, reason, successor, ct);
        return null;
    }

    private async Task EndAsync(IReadOnlyList<Page> pages, PageStatus status, string reason, Guid? successor, CancellationToken ct)
    {
        var ids = pages.Select(page => page.Id).ToArray();
        var states = (await db.Translations.Where(one => ids.Contains(one.PageId)).ToListAsync(ct)).ToLookup(one => one.PageId);
        foreach (var page in pages)
        {
            foreach (var one in states[page.Id].Where(_ => page.Status == PageStatus.Published).OrderBy(one => one.Lang))
            {
                db.Emit(new TranslationStateChanged { PageId = page.Id, Area = page.Area, Language = one.Lang, Before = one.State, State = TranslationState.Missing });
            }

            if (status == PageStatus.Removed) db.Translations.RemoveRange(states[page.Id]);
            (page.Status, page.Reason, page.SuccessorId, page.UnpublishAt) = (status, reason, successor, null);
            (page.Version, page.UpdatedAt) = (page.Version + 1, time.GetUtcNow());
        }

        await live.ReplacePagesAsync(pages, ct);
        await live.SaveAsync(pages, ct);
    }

    /// <summary>The published pages below, however deep.</summary>
    private async Task<List<Page>> BelowAsync(Page page, CancellationToken ct)
    {
        var ids = await db.Database.SqlQuery<Guid>($"""
            with recursive below as (
                select id from welcomepackage.page where parent_id = {page.Id}
                union select p.id from welcomepackage.page p join below on p.parent_id = below.id
            )
            select id as "Value" from below
            """).ToListAsync(ct);
        return await db.Pages.FromSql($"select * from welcomepackage.page where id = any({ids.ToArray()}) and status = 'Published' order by id for update").ToListAsync(ct);
    }

    private static ProblemCase Children(int count) => Problems.HasChildren.With(new(
        $"Darunter liegen {count} Seiten; bitte zuerst verschieben oder mit zurückziehen.", $"There are {count} pages below; move them first or withdraw them, too."));

    private async Task<ProblemCase?> RefusalAsync(Page page, string layer, List<Draft> drafts, string publisher, CancellationToken ct)
    {
        if (page.Status == PageStatus.Removed) return Editing.Gone(page);
        if (drafts.Count == 0 && page.Status != PageStatus.Withdrawn) return Problems.NothingToPublish.With(new("Es gibt keinen Entwurf.", "There is no draft."));
        // Somebody else's approval is the second pair of eyes; then the author may press the button.
        if (drafts.Any(draft => draft.Author == publisher && draft.Review?.State != DraftReview.Approved))
        {
            return CommonProblems.FourEyes.With(new("Den eigenen Entwurf veröffentlicht jemand anderes.", "Somebody else publishes your draft."));
        }

        foreach (var draft in drafts.Where(_ => layer == page.Area))
        {
            if (await db.Slugs.AnyAsync(one => one.Lang == draft.Lang && one.Slug == draft.Text.Slug && one.PageId != page.Id, ct)) return WriteText.Taken(draft.Text.Slug);
        }

        if (await media.FaultsAsync(drafts, ct) is { Count: > 0 } faults)
        {
            return Problems.MediumNotReady.With(new("Bildern fehlt etwas.", "Pictures lack something."), faults);
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
    private async Task TellAsync(Page page, bool wasLive, CancellationToken ct)
    {
        var versions = await (
            from text in db.LiveTexts.AsNoTracking()
            join version in db.TextVersions.AsNoTracking() on new { text.PageId, text.Area, text.Lang, text.Number } equals new { version.PageId, version.Area, version.Lang, version.Number }
            where text.PageId == page.Id && text.Until == null && !text.IsOverlay
            orderby version.Lang
            select version).ToListAsync(ct);
        db.Emit(new PagePublished
        {
            PageId = page.Id, Area = page.Area, Version = page.Version, Languages = [.. versions.Select(version => version.Lang)],
            CheckedAt = page.CheckedAt?.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        });

        var wanted = Segments.HashesOf(versions.Single(version => version.Lang == page.SourceLanguage).Text);
        var known = await db.Translations.Where(one => one.PageId == page.Id).ToDictionaryAsync(one => one.Lang, ct);
        foreach (var version in versions)
        {
            var (state, open) = Basis.StateOf(version, wanted, version.Lang == page.SourceLanguage);
            if (!known.TryGetValue(version.Lang, out var row)) db.Translations.Add(row = new Translation { PageId = page.Id, Lang = version.Lang, State = "" });
            var before = row.State.Length == 0 ? null : wasLive ? row.State : TranslationState.Missing;
            (row.State, row.OpenSegments) = (state, open);
            if (before != state) db.Emit(new TranslationStateChanged { PageId = page.Id, Area = page.Area, Language = version.Lang, Before = before, State = state });
        }
    }
}
