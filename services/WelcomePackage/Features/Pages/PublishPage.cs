using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Wir.Jobs;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Scheduling;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="Area">Publishes what this area adds to the page; null = the page's own text.</param>
/// <param name="Languages">Languages to publish; null = all that have a draft.</param>
/// <param name="PublishAt">When the drafts become live by themselves; null = now.</param>
public sealed record PublishOrder([MaxLength(20)] string? Area = null, [MaxLength(100)] IReadOnlyList<string>? Languages = null, DateTimeOffset? PublishAt = null);

/// <param name="Id">The page.</param>
/// <param name="Version">Its new version.</param>
/// <param name="Status">Published.</param>
/// <param name="ContentVersion">Number of this change over all content.</param>
/// <param name="Languages">Languages whose text changed.</param>
public sealed record Published(Guid Id, long Version, PageStatus Status, long ContentVersion, IReadOnlyList<string> Languages);

/// <param name="Id">The page.</param>
/// <param name="Version">Its new version.</param>
/// <param name="PublishAt">When the drafts become live.</param>
/// <param name="Languages">Languages whose text will change.</param>
public sealed record PublicationPlan(Guid Id, long Version, DateTimeOffset PublishAt, IReadOnlyList<string> Languages);

internal static class PublishPage
{
    public static async Task<Results<Ok<Published>, Accepted<PublicationPlan>, ProblemHttpResult>> Handle(
        HttpContext context, Guid id, JsonBody<PublishOrder>? body, Caller caller, WelcomeDb db, PageEditing editing, Publishing publishing, TimeProvider time, CancellationToken ct)
    {
        var order = body?.Value ?? new PublishOrder();
        var (transaction, page) = await editing.OpenLiveAsync(id, ct);
        await using var _ = transaction;
        if (page is null) return PageEndpoints.NoSuchPage.ToResult();
        var layer = order.Area ?? page.Area;
        if (!caller.May(Scopes.WelcomePublish, layer)) return Editing.Foreign(layer).ToResult();
        if (IfMatch.Require(context, page.Version) is { } stale) return stale.ToResult();
        if (order.PublishAt is { } at && at > time.GetUtcNow())
        {
            if (!(await publishing.DraftsAsync(page, layer, order.Languages, caller.Subject, ct)).TryGet(out var drafts, out var refusal)) return refusal.ToResult();
            page.Version++;
            foreach (var draft in drafts) (draft.PublishAt, draft.PublishBy, draft.Version) = (at.ToUniversalTime(), caller.Subject, page.Version);
            db.Enqueue(PublishOnTime.Kind, new PublishOnTime.Order(page.Id, layer), at, $"{page.Id}:{layer}:{at.UtcTicks}");
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            IfMatch.Tell(context, page.Version);
            return TypedResults.Accepted((string?)null, new PublicationPlan(page.Id, page.Version, at.ToUniversalTime(), [.. drafts.Select(draft => draft.Lang)]));
        }

        if (!(await publishing.PublishAsync(page, layer, order.Languages, caller.Subject, ct)).TryGet(out var published, out var problem)) return problem.ToResult();
        await transaction.CommitAsync(ct);
        IfMatch.Tell(context, published.Version);
        return TypedResults.Ok(published);
    }
}
