using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Html;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="Area">The layer.</param>
/// <param name="Lang">BCP 47 tag.</param>
/// <param name="Number">1, 2, 3 … per layer and language.</param>
/// <param name="PageVersion">The page's version at its publication.</param>
/// <param name="PublishedAt">When it became live.</param>
/// <param name="ChangeNote">What changed, for readers.</param>
/// <param name="Minor">True when it said nothing new to readers.</param>
/// <param name="Title">The page's name then; empty for what an area adds.</param>
public sealed record VersionEntry(string Area, string Lang, int Number, long PageVersion, DateTimeOffset PublishedAt, string? ChangeNote, bool Minor, string Title);

/// <summary>A text as it was published.</summary>
public sealed record VersionText(
    Guid PageId, string Area, string Lang, int Number, long PageVersion, DateTimeOffset PublishedAt, string? ChangeNote, bool Minor,
    string Title, string Slug, string? Summary, string Body, IReadOnlyList<OverlayPart> Blocks);

/// <param name="Op">equal, insert, delete or change.</param>
/// <param name="Before">HTML of the segment before; null when it is new.</param>
/// <param name="After">HTML of the segment after; null when it is gone.</param>
public sealed record DiffLine(string Op, string? Before, string? After);

/// <summary>Two versions of a text, segment by segment.</summary>
public sealed record VersionDiff(Guid PageId, string Area, string Lang, int From, int To, IReadOnlyList<DiffLine> Segments);

/// <param name="Lang">Language of the text.</param>
/// <param name="Number">Number of the version that comes back as a draft.</param>
/// <param name="Area">The area whose addition it is; null = the page's own text.</param>
/// <param name="ChangeNote">Told to readers once it is live.</param>
public sealed record RestoreOrder([MaxLength(35)] string Lang, [Range(1, int.MaxValue)] int Number, [MaxLength(20)] string? Area = null, [MaxLength(500)] string? ChangeNote = null);

/// <summary>What was published stays as it was: to be listed, read, compared and taken up again.</summary>
internal static class Versions
{
    public static async Task<Results<ReadResult<ListOf<VersionEntry>>, ProblemHttpResult>> List(
        HttpContext context, WelcomeDb db, LiveReader live, Guid id, [AsParameters] Paging paging,
        [Description("Only this language")] string? lang, [Description("Only the text of this area")] string? area, CancellationToken ct)
    {
        string? tag = null;
        if (lang is not null)
        {
            if (!Wir.ServiceDefaults.Texts.Languages.Parse(lang, "?lang").TryGet(out var language, out var problem)) return problem.ToResult();
            tag = language.Tag;
        }

        if (await UnseenAsync(db, live, id, ct) is { } unseen) return unseen.ToResult();
        var take = paging.Take();
        var after = paging.After<Key>(context);
        var (revision, layer, last, number) = (after?.Revision ?? long.MaxValue, after?.Area ?? "", after?.Lang ?? "", after?.Number ?? int.MaxValue);
        var rows = await db.TextVersions.FromSql($"""
            select * from welcomepackage.text_version
            where page_id = {id} and ({tag}::text is null or lang = {tag}) and ({area}::text is null or area = {area})
                and (revision < {revision} or (revision = {revision} and (area, lang, -number) > ({layer}, {last}, -{number})))
            order by revision desc, area, lang, number desc limit {take + 1}
            """).AsNoTracking().ToListAsync(ct);
        var (cut, links) = Paging.Cut(context, rows, take, row => new Key(row.Revision, row.Area, row.Lang, row.Number));
        VersionEntry[] data = [.. cut.Select(row => new VersionEntry(row.Area, row.Lang, row.Number, row.PageVersion, row.PublishedAt, row.ChangeNote, row.Minor, row.Text.Title))];
        return Reads.Ok(new ListOf<VersionEntry>(data, links, new ListMeta()));
    }

    public static async Task<Results<ReadResult<VersionText>, ProblemHttpResult>> Get(
        WelcomeDb db, LiveReader live, Guid id, string lang, int number, [Description("The area whose addition it is; the page's own text when not given")] string? area, CancellationToken ct)
    {
        if (!(await FindAsync(db, live, id, lang, area, number, ct)).TryGet(out var version, out var problem)) return problem.ToResult();
        var text = version.Text;
        return Reads.Ok(new VersionText(
            id, version.Area, version.Lang, version.Number, version.PageVersion, version.PublishedAt, version.ChangeNote, version.Minor, text.Title, text.Slug, text.Summary, text.Body, text.Parts),
            version.PageVersion, version.PublishedAt, version.Lang);
    }

    public static async Task<Results<ReadResult<VersionDiff>, ProblemHttpResult>> Diff(
        WelcomeDb db, LiveReader live, Guid id, [Description("Language of the text")] string lang, [Description("Number of the earlier version")] int from,
        [Description("Number of the later version")] int to, [Description("The area whose addition it is; the page's own text when not given")] string? area, CancellationToken ct)
    {
        if (!(await FindAsync(db, live, id, lang, area, from, ct)).TryGet(out var before, out var problem)) return problem.ToResult();
        if (!(await FindAsync(db, live, id, lang, area, to, ct)).TryGet(out var after, out problem)) return problem.ToResult();
        var lines = SegmentDiff.Of(Segments.Of(before.Text), Segments.Of(after.Text));
        return Reads.Ok(new VersionDiff(id, after.Area, after.Lang, from, to, lines), after.Lang);
    }

    public static async Task<Results<Ok<TextRecord>, ProblemHttpResult>> Restore(
        HttpContext context, WelcomeDb db, LiveReader live, WriteText write, Caller caller, Guid id, JsonBody<RestoreOrder> body, CancellationToken ct)
    {
        var order = body.Value;
        if (!(await FindAsync(db, live, id, order.Lang, order.Area, order.Number, ct)).TryGet(out var version, out var problem)) return problem.ToResult();
        var page = await db.Pages.AsNoTracking().FirstAsync(one => one.Id == id, ct);
        var layer = version.Area == page.Area ? null : version.Area;
        var wanted = new WriteOrder(id, layer, version.Lang, version.Text, order.ChangeNote, version.Minor, version.Quality) { Basis = version.Basis };
        if (!(await write.Handle(context, wanted, caller, layer is null ? [Scopes.WelcomeWrite, Scopes.WelcomeTranslate] : [Scopes.WelcomeWrite], ct)).TryGet(out var written, out problem)) return problem.ToResult();
        IfMatch.Tell(context, written.Draft.Version);
        return TypedResults.Ok(TranslationEndpoints.RecordOf(written.Draft, written.Draft.Version));
    }

    private static async Task<Outcome<TextVersion>> FindAsync(WelcomeDb db, LiveReader live, Guid id, string lang, string? area, int number, CancellationToken ct)
    {
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(lang, "lang").TryGet(out var language, out var problem)) return problem;
        if (await UnseenAsync(db, live, id, ct) is { } unseen) return unseen;
        var found = await db.TextVersions.AsNoTracking().FirstOrDefaultAsync(one => one.PageId == id && one.Lang == language.Tag && one.Number == number
            && (area == null ? db.Pages.Any(page => page.Id == id && page.Area == one.Area) : one.Area == area), ct);
        return found is not null ? found : CommonProblems.NotFound.With(new($"Die Fassung {number} gibt es auf {language.Tag} nicht.", $"There is no version {number} in {language.Tag}."));
    }

    /// <summary>Only what readers may read has a public history.</summary>
    private static async Task<ProblemCase?> UnseenAsync(WelcomeDb db, LiveReader live, Guid id, CancellationToken ct) =>
        await live.IsLiveAsync(id, ct) ? null : await PageEndpoints.WhyNotAsync(db, id, ct);

    private sealed record Key(long Revision, string Area, string Lang, int Number);
}
