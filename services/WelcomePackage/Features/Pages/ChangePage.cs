using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Wir.Jobs;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Scheduling;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="Order">Place among the pages of the same parent.</param>
/// <param name="FieldOfAction">For example work, health, housing.</param>
/// <param name="Source">Where the facts come from.</param>
/// <param name="CheckedAt">Day of the last comparison with the source.</param>
/// <param name="ReviewBy">Day of the next one.</param>
/// <param name="UnpublishAt">When the page is withdrawn by itself.</param>
public sealed record PageChange(
    [Range(0, 100000)] int Order,
    [RegularExpression("^[a-z][a-z-]{1,39}$")] string? FieldOfAction = null,
    [MaxLength(500)] string? Source = null,
    DateOnly? CheckedAt = null,
    DateOnly? ReviewBy = null,
    DateTimeOffset? UnpublishAt = null);

/// <summary>Changes what is said about a page; its texts stay.</summary>
internal static class ChangePage
{
    public static async Task<Results<Ok<PageRecord>, ProblemHttpResult>> Handle(
        HttpContext context, Guid id, MergePatch<PageChange> patch, Caller caller, WelcomeDb db, PageEditing editing, Publishing publishing, TimeProvider time, CancellationToken ct)
    {
        var (transaction, page) = await editing.OpenLiveAsync(id, ct);
        await using var _ = transaction;
        if (page is null) return PageEndpoints.NoSuchPage.ToResult();
        if (!caller.MayAny(page.Area, Editing.Keepers)) return Editing.Foreign(page.Area).ToResult();
        if (page.Status == PageStatus.Removed) return Editing.Gone(page).ToResult();
        if (IfMatch.Require(context, page.Version) is { } stale) return stale.ToResult();
        var change = patch.Apply(new(page.SortOrder, page.FieldOfAction, page.Source, page.CheckedAt, page.ReviewBy, page.UnpublishAt));
        if (Html.LinkCheck.FaultOfAddress(change.Source, "/source") is { } link)
        {
            return CommonProblems.InvalidValues.With(link.Detail, link).ToResult();
        }

        if (patch.Names("unpublishAt") && change.UnpublishAt <= time.GetUtcNow())
        {
            var text = new Text("Der Zeitpunkt liegt in der Vergangenheit.", "The time has passed.");
            return CommonProblems.InvalidValues.With(text, new Fault("/unpublishAt", CommonProblems.Faults.InvalidValue, text)).ToResult();
        }

        page.SortOrder = change.Order;
        page.FieldOfAction = change.FieldOfAction;
        page.Source = change.Source;
        page.CheckedAt = change.CheckedAt;
        page.ReviewBy = change.ReviewBy;
        page.UnpublishAt = change.UnpublishAt?.ToUniversalTime();
        if (page.UnpublishAt is { } at) db.Enqueue(WithdrawOnTime.Kind, new WithdrawOnTime.Order(page.Id), at, $"{page.Id}:{at.UtcTicks}");
        // Other services count by the day of the last check.
        await publishing.ShowAsync(page, isNews: patch.Names("checkedAt"), ct);
        await transaction.CommitAsync(ct);
        IfMatch.Tell(context, page.Version);
        return TypedResults.Ok(PageRecord.Of(page));
    }
}
