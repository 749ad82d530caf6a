using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="ParentId">The page to hang below; null = a chapter.</param>
/// <param name="Order">Place among its new siblings; as before when not given.</param>
public sealed record MoveOrder(Guid? ParentId, [Range(0, 100000)] int? Order = null);

/// <summary>A page moves with everything below it, at once.</summary>
internal static class MovePage
{
    public static async Task<Results<Ok<PageRecord>, ProblemHttpResult>> Handle(
        HttpContext context, Guid id, JsonBody<MoveOrder> body, Caller caller, WelcomeDb db, PageEditing editing, Publishing publishing, AreaRegister areas, CancellationToken ct)
    {
        var (transaction, page) = await editing.OpenLiveAsync(id, ct);
        await using var _ = transaction;
        if (page is null) return PageEndpoints.NoSuchPage.ToResult();
        if (!caller.MayAny(page.Area, Editing.Keepers)) return Editing.Foreign(page.Area).ToResult();
        if (page.Status == PageStatus.Removed) return Editing.Gone(page).ToResult();
        if (IfMatch.Require(context, page.Version) is { } stale) return stale.ToResult();
        var parent = body.Value.ParentId;
        if (parent is { } parentId && await RefusalAsync(db, areas, page, parentId, ct) is { } refusal) return refusal.ToResult();

        page.ParentId = parent;
        page.SortOrder = body.Value.Order ?? page.SortOrder;
        await publishing.ShowAsync(page, isNews: false, ct);
        await transaction.CommitAsync(ct);
        IfMatch.Tell(context, page.Version);
        return TypedResults.Ok(PageRecord.Of(page));
    }

    private static async Task<ProblemCase?> RefusalAsync(WelcomeDb db, AreaRegister areas, Page page, Guid parentId, CancellationToken ct)
    {
        if (await CreatePage.CheckParentAsync(db, areas, parentId, page.Area, ct) is { } wrong) return wrong;
        var above = await db.Database.SqlQuery<Guid>($"""
            with recursive above as (
                select id, parent_id from welcomepackage.page where id = {parentId}
                union select p.id, p.parent_id from welcomepackage.page p join above on p.id = above.parent_id
            )
            select id as "Value" from above
            """).ToListAsync(ct);
        if (above.Contains(page.Id))
        {
            return Problems.PageCycle.With(
                new("Die neue übergeordnete Seite liegt unter dieser Seite.", "The new parent page lies below this page."),
                new Fault("/parentId", Problems.PageCycle.Code, new("Liegt unter dieser Seite.", "Lies below this page.")));
        }

        var isLive = await db.Pages.AnyAsync(parent => parent.Id == parentId && parent.Status == PageStatus.Published, ct);
        return isLive || page.Status == PageStatus.Draft ? null
            : Problems.ParentNotLive.With(new("Zuerst die übergeordnete Seite veröffentlichen.", "Publish the parent page first."));
    }
}
