using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Languages;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Pages;

internal static class PageEndpoints
{
    public static void MapPages(this RouteGroupBuilder api)
    {
        api.MapGet("/tree", GetTree).WithName("GetTree").WithTags("Pages").WithSummary("All pages of an area without their bodies, parents included");
        api.MapGet("/pages", ListPages).WithName("ListPages").WithTags("Pages").WithSummary("Pages with their bodies");
        api.MapGet("/pages/{id:guid}", GetPage).WithName("GetPage").WithTags("Pages")
            .WithSummary("One page in the language asked for or the next best one, with what the reader's municipality adds");
        api.MapPost("/pages", CreatePage.Handle).WithName("CreatePage").WithTags("Pages").WithSummary("A new page; nobody sees it until it is published");
        api.MapPost("/pages/{id:guid}/publish", PublishPage.Handle).WithName("PublishPage").WithTags("Pages")
            .WithSummary("Makes drafts live; nobody publishes what only they themselves have seen");
    }

    private static async Task<Results<ReadResult<ListOf<TreeEntry>>, ProblemHttpResult>> GetTree(
        HttpContext context, LiveReader live, Reading reading,
        [Description("BCP 47 tag; Accept-Language when not given")] string? lang, [Description("Key of an area: its own pages, those above and those below it")] string? area,
        [Description("none = only what exists in the language itself")] string? fallback, CancellationToken ct)
    {
        if (!(await reading.OfAsync(context, lang, area, "?area", fallback, ct)).TryGet(out var reader, out var problem)) return problem.ToResult();
        var all = await live.PagesAsync(reading.Scope(reader, area) with { WithoutBodies = true }, null, null, ct);
        var entries = Composer.Tree(all, reader).OrderBy(entry => entry.Order).ThenBy(entry => entry.Id).ToArray();
        return Reads.Ok(new ListOf<TreeEntry>(entries, new ListLinks(context.Request.Path + context.Request.QueryString, null, null),
            new ListMeta { Count = entries.Length, CountKind = "exact" }), reader.Language.Tag);
    }

    private static async Task<Results<ReadResult<ListOf<PageView>>, ProblemHttpResult>> ListPages(
        HttpContext context, LiveReader live, Reading reading, [AsParameters] Paging paging,
        [Description("BCP 47 tag; Accept-Language when not given")] string? lang, [Description("Key of an area: its own pages, those above and those below it")] string? area,
        [Description("none = only what exists in the language itself")] string? fallback, CancellationToken ct)
    {
        if (!(await reading.OfAsync(context, lang, area, "?area", fallback, ct)).TryGet(out var reader, out var problem)) return problem.ToResult();
        var take = paging.Take();
        var all = await live.PagesAsync(reading.Scope(reader, area), paging.After<PageKey>(context)?.Id, take + 1, ct);
        var (cut, links) = Paging.Cut(context, all, take, last => new PageKey(last.Page.PageId));
        var views = cut.Select(content => Composer.Compose(content, reader)).OfType<PageView>().ToArray();
        if (!reader.TakesAny)
        {
            // Some parents may be missing in this language; only the whole tree tells who is next above.
            var tree = await live.PagesAsync(reading.Scope(reader, area) with { WithoutBodies = true }, null, null, ct);
            var parents = Composer.Tree(tree, reader).ToDictionary(entry => entry.Id, entry => entry.ParentId);
            views = [.. views.Select(view => view with { ParentId = parents.GetValueOrDefault(view.Id) })];
        }

        return Reads.Ok(new ListOf<PageView>(views, links, new ListMeta()), reader.Language.Tag);
    }

    private static async Task<Results<ReadResult<PageView>, ProblemHttpResult>> GetPage(
        HttpContext context, LiveReader live, Reading reading, WelcomeDb db, Guid id,
        [Description("BCP 47 tag; Accept-Language when not given")] string? lang, [Description("Key of the reader's municipality")] string? municipality,
        [Description("none = 404 when there is no text in the language itself")] string? fallback, CancellationToken ct)
    {
        if (!(await reading.OfAsync(context, lang, municipality, "?municipality", fallback, ct)).TryGet(out var reader, out var problem)) return problem.ToResult();
        if (await live.PageAsync(id, reading.Scope(reader, null), ct) is not { } content) return (await WhyNotAsync(db, id, ct)).ToResult();
        if (Composer.Compose(content, reader) is { } view) return Reads.Ok(view, view.Version, view.UpdatedAt, view.Language.Served);
        return Problems.NoTranslation.With(new(
            $"Die Seite gibt es nicht auf {reader.Language.Tag}.", $"The page does not exist in {reader.Language.Tag}.")).ToResult();
    }

    internal static async Task<ProblemCase> WhyNotAsync(WelcomeDb db, Guid id, CancellationToken ct)
    {
        var page = await db.Pages.AsNoTracking().FirstOrDefaultAsync(candidate => candidate.Id == id, ct);
        return page is { Status: PageStatus.Removed }
            ? Problems.PageRemoved.With(new(page.Reason ?? "Die Seite wurde entfernt.", page.Reason ?? "The page was removed.")).Add("successor", page.SuccessorId)
            : NoSuchPage;
    }

    internal static ProblemCase NoSuchPage => CommonProblems.NotFound.With(new("Diese Seite gibt es nicht.", "There is no such page."));

    private sealed record PageKey(Guid Id);
}

/// <summary>Turns a request's parameters into its reader.</summary>
internal sealed class Reading(LanguageTable languages, AreaRegister areas, TimeProvider time)
{
    public async ValueTask<Outcome<Reader>> OfAsync(HttpContext context, string? lang, string? area, string pointer, string? fallback, CancellationToken ct)
    {
        if (fallback is not (null or "none")) return Query.Invalid("fallback", new("Erlaubt ist none.", "Allowed is none."));
        if (!(await languages.ParseAsync(lang, context, ct)).TryGet(out var language, out var problem)) return problem;
        var served = (Area?)null;
        if (area is not null && !areas.ParseAt(area, time.Today(), pointer).TryGet(out served, out problem)) return problem;
        return new Reader(language, fallback is null ? language.Chain : [language.Tag], served is null ? [] : [.. areas.AncestorsAndSelf(served.Key).Reverse().Select(one => one.Key)])
        {
            Municipality = served?.Key,
            TakesAny = fallback is null,
        };
    }

    /// <summary>The pages of an area (those above and below it included), or all; with the overlays of the reader's areas.</summary>
    public LiveScope Scope(Reader reader, string? area) => new(reader.Chain, reader.Layers)
    {
        // Whatever there is stands in last, so that no page is hidden.
        OrSource = reader.TakesAny,
        Areas = area is null ? null : [.. areas.AncestorsAndSelf(reader.Municipality!).Concat(areas.DescendantsAndSelf(reader.Municipality!)).Select(one => one.Key).Distinct()],
    };
}
