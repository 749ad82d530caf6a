using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Languages;
using Wir.WelcomePackage.Features.Pages;
using Wir.WelcomePackage.Html;

namespace Wir.WelcomePackage.Features.Translations;

/// <param name="Lang">BCP 47 tag.</param>
/// <param name="State">up-to-date, outdated, in-translation, machine-translated, needs-review, fallback or missing.</param>
/// <param name="OpenSegments">Segments of the source that the live text does not say.</param>
/// <param name="HasDraft">True when somebody works on it.</param>
/// <param name="Served">The language that readers get.</param>
public sealed record TranslationRow(string Lang, string State, int OpenSegments, bool HasDraft, string? Served);

/// <summary>A page and the state of each offered language, for those who work on it.</summary>
public sealed record TranslationOverview(PageRecord Page, IReadOnlyList<TranslationRow> Translations);

/// <param name="Hash">Names the segment of the source.</param>
/// <param name="State">approved, machine-translated, needs-review or open.</param>
/// <param name="Source">HTML of the source's segment.</param>
/// <param name="Target">HTML of what says it; null when it is open or the two texts are not cut alike.</param>
public sealed record SegmentRow(string Hash, string State, string Source, string? Target);

/// <summary>What is left to translate, segment by segment; of the draft when there is one, else of the live text.</summary>
public sealed record SegmentList(Guid PageId, string SourceLanguage, string Lang, bool IsDraft, int Open, int Total, IReadOnlyList<SegmentRow> Segments);

internal static class TranslationWork
{
    public static async Task<Results<Ok<TranslationOverview>, ProblemHttpResult>> List(
        HttpContext context, WelcomeDb db, LanguageTable languages, Caller caller, Guid id, CancellationToken ct)
    {
        var page = await db.Pages.AsNoTracking().FirstOrDefaultAsync(candidate => candidate.Id == id, ct);
        if (page is null) return PageEndpoints.NoSuchPage.ToResult();
        if (!caller.MayAny(page.Area, Editing.Editors)) return Editing.Foreign(page.Area).ToResult();
        var live = await db.Translations.AsNoTracking().Where(one => one.PageId == id).ToDictionaryAsync(one => one.Lang, ct);
        var drafts = (await db.Drafts.AsNoTracking().Where(one => one.PageId == id && one.Area == page.Area).Select(one => one.Lang).ToListAsync(ct)).ToHashSet();
        var offered = await languages.AllAsync(ct);
        var others = live.Keys.Concat(drafts).Except(offered.Select(one => one.Tag)).Order().ToArray();
        context.Response.Headers.CacheControl = "no-store";
        IfMatch.Tell(context, page.Version);
        TranslationRow[] rows = [.. offered.Select(one => RowOf(one.Tag, one.Chain)), .. others.Select(tag => RowOf(tag, [tag]))];
        return TypedResults.Ok(new TranslationOverview(PageRecord.Of(page), rows));

        TranslationRow RowOf(string tag, IReadOnlyList<string> chain)
        {
            var (known, hasDraft) = (live.GetValueOrDefault(tag), drafts.Contains(tag));
            var served = chain.FirstOrDefault(live.ContainsKey);
            return new(tag, StateOf(known?.State, hasDraft, served is not null), known?.OpenSegments ?? 0, hasDraft, served ?? (live.ContainsKey(page.SourceLanguage) ? page.SourceLanguage : null));
        }
    }

    /// <summary>A draft shows only where the live text does not say what it should: otherwise readers lack nothing.</summary>
    internal static string StateOf(string? live, bool hasDraft, bool hasFallback) => (live, hasDraft) switch
    {
        (null or TranslationState.Outdated, true) => TranslationState.InTranslation,
        ({ } state, _) => state,
        _ => hasFallback ? TranslationState.Fallback : TranslationState.Missing,
    };

    public static async Task<Results<Ok<SegmentList>, ProblemHttpResult>> ListSegments(
        HttpContext context, WelcomeDb db, Caller caller, Guid id, [Description("BCP 47 tag of the translation")] string lang, CancellationToken ct)
    {
        if (!Wir.ServiceDefaults.Texts.Languages.Parse(lang, "lang").TryGet(out var language, out var problem)) return problem.ToResult();
        var page = await db.Pages.AsNoTracking().FirstOrDefaultAsync(candidate => candidate.Id == id, ct);
        if (page is null) return PageEndpoints.NoSuchPage.ToResult();
        if (!caller.MayAny(page.Area, Editing.Editors)) return Editing.Foreign(page.Area).ToResult();
        var source = (await db.LiveVersionAsync(id, page.Area, page.SourceLanguage, ct))?.Text
            ?? (await db.Drafts.AsNoTracking().FirstOrDefaultAsync(one => one.PageId == id && one.Area == page.Area && one.Lang == page.SourceLanguage, ct))?.Text;
        if (source is null) return Problems.SourceMissing.With(new("Es gibt noch keinen Text in der Ausgangssprache.", "There is no text in the source language yet.")).ToResult();
        var draft = await db.Drafts.AsNoTracking().FirstOrDefaultAsync(one => one.PageId == id && one.Area == page.Area && one.Lang == language.Tag, ct);
        var live = draft is null ? await db.LiveVersionAsync(id, page.Area, language.Tag, ct) : null;
        var rows = RowsOf(Segments.Of(source), draft?.Text ?? live?.Text, draft?.Basis ?? live?.Basis ?? []);
        context.Response.Headers.CacheControl = "no-store";
        IfMatch.Tell(context, page.Version);
        return TypedResults.Ok(new SegmentList(id, page.SourceLanguage, language.Tag, draft is not null, rows.Count(row => row.State == "open"), rows.Count, rows));
    }

    private static IReadOnlyList<SegmentRow> RowsOf(IReadOnlyList<Segment> source, PageText? target, IReadOnlyList<BasisSegment> basis)
    {
        var said = (target is null ? [] : Segments.Of(target)).DistinctBy(one => one.Hash).ToDictionary(one => one.Hash, one => one.Html);
        // The same sentence twice in the source is said twice.
        var pairs = basis.GroupBy(pair => pair.Source).ToDictionary(group => group.Key, group => new Queue<BasisSegment>(group));
        return [.. source.Select(segment => pairs.TryGetValue(segment.Hash, out var left) && left.TryDequeue(out var pair)
            ? new SegmentRow(segment.Hash, pair.Quality ?? "approved", segment.Html, pair.Target is { } hash ? said.GetValueOrDefault(hash) : null)
            : new SegmentRow(segment.Hash, "open", segment.Html, null))];
    }
}
