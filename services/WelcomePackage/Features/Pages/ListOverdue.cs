using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="Id">The page.</param>
/// <param name="Area">Area that owns it.</param>
/// <param name="Title">In the language that the others are translated from.</param>
/// <param name="CheckedAt">Day of the last comparison with the source.</param>
/// <param name="ReviewBy">Day by which the next one was due.</param>
/// <param name="DaysOverdue">Days since.</param>
public sealed record OverduePage(Guid Id, string Area, string Title, DateOnly? CheckedAt, DateOnly ReviewBy, int DaysOverdue);

/// <summary>Published pages that nobody has compared with their source in time, the oldest first.</summary>
internal static class ListOverdue
{
    public static async Task<Results<ReadResult<ListOf<OverduePage>>, ProblemHttpResult>> Handle(
        HttpContext context, Caller caller, WelcomeDb db, AreaRegister areas, TimeProvider time, [AsParameters] Paging paging,
        [Description("Only this area and what lies below it")] string? area, CancellationToken ct)
    {
        if (!caller.OwnAreas(areas, area).TryGet(out var keys, out var problem)) return problem.ToResult();
        var take = paging.Take();
        var today = time.Today().ToDateOnly();
        var after = paging.After<Key>(context);
        var (day, id) = (after?.ReviewBy ?? DateOnly.MinValue, after?.Id ?? Guid.Empty);
        var rows = await db.LivePages.FromSql($"""
            select * from welcomepackage.live_page
            where until is null and status = 'Published' and area = any({keys}) and review_by < {today} and (review_by, page_id) > ({day}, {id})
            order by review_by, page_id limit {take + 1}
            """).AsNoTracking().ToListAsync(ct);
        var (cut, links) = Paging.Cut(context, rows, take, last => new Key(last.ReviewBy!.Value, last.PageId));
        var ids = cut.Select(page => page.PageId).ToArray();
        var titles = await db.LiveTexts.AsNoTracking().Where(text => ids.Contains(text.PageId) && text.IsSource && text.Until == null).ToDictionaryAsync(text => text.PageId, text => text.Title, ct);
        OverduePage[] data = [.. cut.Select(page => new OverduePage(
            page.PageId, page.Area, titles.GetValueOrDefault(page.PageId, ""), page.CheckedAt, page.ReviewBy!.Value, today.DayNumber - page.ReviewBy!.Value.DayNumber))];
        return Reads.Ok(new ListOf<OverduePage>(data, links, new ListMeta()));
    }

    private sealed record Key(DateOnly ReviewBy, Guid Id);
}
