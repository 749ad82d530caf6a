using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Counters;
using Wir.WelcomePackage.Features.Languages;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Pages;

internal static class PageEndpoints
{
    /// <summary>A language's whole content in one answer is what copies are made from.</summary>
    private const int MaxPages = 2000;

    public static void MapPages(this RouteGroupBuilder api)
    {
        api.MapGet("/tree", GetTree).WithName("GetTree").WithTags("Pages").WithSummary("All pages of an area without their bodies, parents included");
        api.MapGet("/pages", ListPages).WithName("ListPages").WithTags("Pages").WithSummary("Pages with their bodies");
        api.MapGet("/pages/{id:guid}", GetPage).WithName("GetPage").WithTags("Pages")
            .WithSummary("One page in the language asked for or the next best one, with what the reader's municipality adds");
        api.MapPost("/pages", CreatePage.Handle).WithName("CreatePage").WithTags("Pages").WithSummary("A new page; nobody sees it until it is published");
        api.MapPatch("/pages/{id:guid}", ChangePage.Handle).WithName("ChangePage").WithTags("Pages").WithSummary("Changes what is said about a page: order, source, dates; not its texts");
        api.MapDelete("/pages/{id:guid}", EndPage.Remove).WithName("RemovePage").WithTags("Pages").WithSummary("Removes a page for good; its address answers 410, or leads to its successor");
        api.MapPost("/pages/{id:guid}/move", MovePage.Handle).WithName("MovePage").WithTags("Pages").WithSummary("Hangs a page and all below it below another one");
        api.MapPost("/pages/{id:guid}/withdraw", EndPage.Withdraw).WithName("WithdrawPage").WithTags("Pages").WithSummary("Withdraws a page: it leaves the tree and says so to who still reads it");
        api.MapPost("/pages/{id:guid}/submit", ReviewDraft.Submit).WithName("SubmitDraft").WithTags("Review").WithSummary("Asks for a decision on drafts");
        api.MapPost("/pages/{id:guid}/approve", ReviewDraft.Approve).WithName("ApproveDraft").WithTags("Review").WithSummary("Agrees to drafts that somebody else wrote; they can then be published");
        api.MapPost("/pages/{id:guid}/reject", ReviewDraft.Reject).WithName("RejectDraft").WithTags("Review").WithSummary("Gives drafts back with a comment");
        api.MapGet("/reviews", ReviewDraft.Queue).WithName("ListReviews").WithTags("Review").WithSummary("Drafts that wait for a decision, the oldest first");
        api.MapGet("/overdue", ListOverdue.Handle).WithName("ListOverdue").WithTags("Review").WithSummary("Published pages that were not compared with their source in time");
        api.MapGet("/slugs/{lang}/{slug}", ReadBySlug.Handle).WithName("GetPageBySlug").WithTags("Pages").WithSummary("One page by its address within a language; an earlier address leads to the present one");
        api.MapGet("/pages/{id:guid}/versions", Versions.List).WithName("ListPageVersions").WithTags("Versions").WithSummary("What was published when, the latest first, with what was said about the change");
        api.MapGet("/pages/{id:guid}/versions/{lang}/{number:int}", Versions.Get).WithName("GetPageVersion").WithTags("Versions").WithSummary("A text as it was published");
        api.MapGet("/pages/{id:guid}/diff", Versions.Diff).WithName("DiffPageVersions").WithTags("Versions").WithSummary("What changed between two versions, segment by segment");
        api.MapPost("/pages/{id:guid}/restore", Versions.Restore).WithName("RestorePageVersion").WithTags("Versions").WithSummary("Makes an earlier version the draft");
        api.MapPost("/pages/{id:guid}/publish", PublishPage.Handle).WithName("PublishPage").WithTags("Pages")
            .WithSummary("Makes drafts live; nobody publishes what only they themselves have seen");
    }

    private static async Task<Results<FinishedRead<ListOf<TreeEntry>>, ProblemHttpResult>> GetTree(
        HttpContext context, LiveReader live, PageReader pages, Reading reading,
        [Description("BCP 47 tag; Accept-Language when not given")] string? lang, [Description("Key of an area: its own pages, those above and those below it")] string? area,
        [Description("none = only what exists in the language itself")] string? fallback, CancellationToken ct)
    {
        if (!(await reading.OfAsync(context, lang, area, "?area", fallback, ct)).TryGet(out var reader, out var problem)) return problem.ToResult();
        return await pages.ListAsync(context, reader, reading.Scope(reader, area) with { WithoutBodies = true }, async (scope, stop) =>
        {
            var entries = Composer.Tree(await live.PagesAsync(scope, null, null, stop), reader).OrderBy(entry => entry.Order).ThenBy(entry => entry.Id).ToArray();
            return new ListOf<TreeEntry>(entries, new ListLinks(context.Request.Path + context.Request.QueryString, null, null), new ListMeta { Count = entries.Length, CountKind = "exact" });
        }, ct);
    }

    private static async Task<Results<FinishedRead<ListOf<PageView>>, ProblemHttpResult>> ListPages(
        HttpContext context, LiveReader live, PageReader pages, Reading reading, [AsParameters] Paging paging,
        [Description("BCP 47 tag; Accept-Language when not given")] string? lang, [Description("Key of an area: its own pages, those above and those below it")] string? area,
        [Description("none = only what exists in the language itself")] string? fallback, CancellationToken ct)
    {
        if (!(await reading.OfAsync(context, lang, area, "?area", fallback, ct)).TryGet(out var reader, out var problem)) return problem.ToResult();
        var (take, after) = (paging.Take(most: MaxPages), paging.After<PageKey>(context)?.Id);
        return await pages.ListAsync(context, reader, reading.Scope(reader, area), async (scope, stop) =>
        {
            var (cut, links) = Paging.Cut(context, await live.PagesAsync(scope, after, take + 1, stop), take, last => new PageKey(last.Page.PageId));
            var views = cut.Select(content => Composer.Compose(content, reader)).OfType<PageView>().ToArray();
            if (!reader.TakesAny)
            {
                // Some parents may be missing in this language; only the whole tree tells who is next above.
                var tree = await live.PagesAsync(scope with { WithoutBodies = true }, null, null, stop);
                var parents = Composer.Tree(tree, reader).ToDictionary(entry => entry.Id, entry => entry.ParentId);
                views = [.. views.Select(view => view with { ParentId = parents.GetValueOrDefault(view.Id) })];
            }

            return new ListOf<PageView>(views, links, new ListMeta());
        }, ct);
    }

    private static async Task<Results<ReadResult<PageView>, RedirectHttpResult, ProblemHttpResult>> GetPage(
        HttpContext context, PageReader pages, Reading reading, WelcomeDb db, PageCounter counter, Caller caller, Guid id,
        [Description("BCP 47 tag; Accept-Language when not given")] string? lang, [Description("Key of the reader's municipality")] string? municipality,
        [Description("none = 404 when there is no text in the language itself")] string? fallback, CancellationToken ct)
    {
        if (!(await reading.OfAsync(context, lang, municipality, "?municipality", fallback, ct)).TryGet(out var reader, out var problem)) return problem.ToResult();
        var answer = await pages.ReadAsync(id, reader, ct);
        if (answer.View is { } view)
        {
            counter.Count(id, view.Language.Served, reader.Municipality ?? view.Area, caller.IsAnonymous ? PageCounter.Web : PageCounter.Api);
            return Reads.Ok(view, view.Version, view.UpdatedAt, view.Language.Served);
        }

        if (answer.IsLive)
        {
            return Problems.NoTranslation.With(new($"Die Seite gibt es nicht auf {reader.Language.Tag}.", $"The page does not exist in {reader.Language.Tag}.")).ToResult();
        }

        return await SuccessorOrWhyNotAsync(context, db, id, ct) switch
        {
            { Address: { } address } => TypedResults.Redirect(address, permanent: true, preserveMethod: true),
            { Problem: var why } => why!.ToResult(),
        };
    }

    /// <summary>Where a removed page leads to, or why there is nothing.</summary>
    internal static async Task<(string? Address, ProblemCase? Problem)> SuccessorOrWhyNotAsync(HttpContext context, WelcomeDb db, Guid id, CancellationToken ct)
    {
        var successor = await db.Pages.Where(page => page.Id == id && page.Status == PageStatus.Removed).Select(page => page.SuccessorId).FirstOrDefaultAsync(ct);
        return successor is { } next ? ($"{WelcomeApp.Prefix}/pages/{next}{context.Request.QueryString}", null) : (null, await WhyNotAsync(db, id, ct));
    }

    internal static async Task<ProblemCase> WhyNotAsync(WelcomeDb db, Guid id, CancellationToken ct)
    {
        var page = await db.Pages.AsNoTracking().FirstOrDefaultAsync(candidate => candidate.Id == id, ct);
        return page is { Status: PageStatus.Removed } ? Editing.Gone(page) : NoSuchPage;
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
