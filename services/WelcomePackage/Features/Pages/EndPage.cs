using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="Reason">Told to readers.</param>
/// <param name="Successor">The page that takes its place.</param>
/// <param name="Children">True to withdraw the pages below, too.</param>
public sealed record WithdrawOrder([Required, MaxLength(500)] string Reason, Guid? Successor = null, bool Children = false);

/// <summary>Takes a page from the readers: withdrawn, it can still be read and says so; removed, it is gone for good.</summary>
internal static class EndPage
{
    public static async Task<Results<Ok<PageRecord>, ProblemHttpResult>> Withdraw(
        HttpContext context, Guid id, JsonBody<WithdrawOrder> body, Caller caller, WelcomeDb db, PageEditing editing, Publishing publishing, CancellationToken ct)
    {
        var order = body.Value;
        var (transaction, page) = await editing.OpenLiveAsync(id, ct);
        await using var _ = transaction;
        if (Refusal(context, page, caller) is { } refusal) return refusal.ToResult();
        if (page!.Status != PageStatus.Published) return Problems.NotLive.With(new("Die Seite ist nicht veröffentlicht.", "The page is not published.")).ToResult();
        if (await SuccessorFaultAsync(db, page, order.Successor, ct)) return BadSuccessor("/successor").ToResult();
        if ((await publishing.WithdrawAsync(page, order.Reason, order.Successor, order.Children, ct)) is { } problem) return problem.ToResult();
        await transaction.CommitAsync(ct);
        IfMatch.Tell(context, page.Version);
        return TypedResults.Ok(PageRecord.Of(page));
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> Remove(
        HttpContext context, Guid id, Caller caller, WelcomeDb db, PageEditing editing, Publishing publishing,
        [Description("Told to readers")] string reason, [Description("Id of the page that takes its place; readers are led there")] Guid? successor, CancellationToken ct)
    {
        if (reason.Length is 0 or > 500) return Query.Invalid("reason", new("1 bis 500 Zeichen.", "1 to 500 characters.")).ToResult();
        var (transaction, page) = await editing.OpenLiveAsync(id, ct);
        await using var _ = transaction;
        if (Refusal(context, page, caller) is { } refusal) return refusal.ToResult();
        if (await SuccessorFaultAsync(db, page!, successor, ct)) return BadSuccessor("?successor").ToResult();
        if (await publishing.RemoveAsync(page!, reason, successor, ct) is { } problem) return problem.ToResult();
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    private static ProblemCase? Refusal(HttpContext context, Page? page, Caller caller)
    {
        if (page is null) return PageEndpoints.NoSuchPage;
        if (!caller.MayAny(page.Area, Editing.Keepers)) return Editing.Foreign(page.Area);
        return page.Status == PageStatus.Removed ? Editing.Gone(page) : IfMatch.Require(context, page.Version);
    }

    private static async Task<bool> SuccessorFaultAsync(WelcomeDb db, Page page, Guid? successor, CancellationToken ct) =>
        successor is { } next && (next == page.Id || !await db.Pages.AnyAsync(other => other.Id == next && other.Status == PageStatus.Published, ct));

    private static ProblemCase BadSuccessor(string pointer)
    {
        var text = new Text("Das ist keine andere veröffentlichte Seite.", "This is no other published page.");
        return CommonProblems.InvalidValues.With(text, new Fault(pointer, CommonProblems.Faults.InvalidValue, text));
    }
}
