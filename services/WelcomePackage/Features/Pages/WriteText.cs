using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Translations;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="Layer">Area of the overlay; null for the page's own text.</param>
internal sealed record WriteOrder(Guid PageId, string? Layer, string Lang, PageText Text, string? ChangeNote, bool Minor, string? Quality)
{
    /// <summary>True when the address is ours to choose.</summary>
    public bool SlugIsFree { get; init; }

    /// <summary>What an earlier version said of the source; null when the text was written now.</summary>
    public IReadOnlyList<BasisSegment>? Basis { get; init; }
}

internal sealed record Written(Draft Draft, bool IsNew);

/// <summary>Writes a draft beside what is live.</summary>
internal sealed class WriteText(WelcomeDb db, PageEditing editing, TextRules rules, AreaRegister areas, TimeProvider time)
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

        if (await rules.RefusalAsync(order.Text, order.Lang, ct) is { } refusal) return refusal;
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
        var basis = order.Lang == page.SourceLanguage || layer != page.Area ? null : order.Basis ?? await BasisAsync(page, order, draft, caller, ct);
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
        // What was agreed to is no longer what is written.
        (draft.Review, draft.PublishAt, draft.PublishBy) = (null, null, null);
        await db.SaveChangesAsync(ct);
        return draft;
    }

    /// <summary>What a translation is a translation of: what is live; the draft, for whoever wrote it and before anything is live.</summary>
    private async Task<IReadOnlyList<BasisSegment>> BasisAsync(Page page, WriteOrder order, Draft? draft, Caller caller, CancellationToken ct)
    {
        var source = await db.Drafts.AsNoTracking().FirstOrDefaultAsync(one => one.PageId == page.Id && one.Area == page.Area && one.Lang == page.SourceLanguage, ct);
        var live = await db.LiveVersionAsync(page.Id, page.Area, page.SourceLanguage, ct);
        var text = source is not null && (live is null || source.Author == caller.Subject) ? source.Text : live?.Text;
        if (text is null) return [];
        var published = await db.LiveVersionAsync(page.Id, page.Area, order.Lang, ct);
        return Basis.Of(text, order.Text, order.Quality, [.. draft?.Basis ?? [], .. published?.Basis ?? []]);
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
