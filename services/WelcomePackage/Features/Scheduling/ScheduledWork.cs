using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Jobs;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Pages;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Scheduling;

/// <summary>Publishes drafts when their time has come.</summary>
internal sealed class PublishOnTime(WelcomeDb db, PageEditing editing, Publishing publishing, TimeProvider time) : IJobHandler
{
    public const string Kind = "publish";

    public sealed record Order(Guid PageId, string Area);

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        var order = job.Payload<Order>();
        var (transaction, page) = await editing.OpenLiveAsync(order.PageId, ct);
        await using var _ = transaction;
        if (page is null) return;
        var now = time.GetUtcNow();
        // Written anew, discarded or published by hand meanwhile: then nothing is planned any more.
        var drafts = await db.Drafts.Where(draft => draft.PageId == page.Id && draft.Area == order.Area && draft.PublishAt <= now).ToListAsync(ct);
        foreach (var group in drafts.GroupBy(draft => draft.PublishBy!).ToArray())
        {
            var languages = group.Select(draft => draft.Lang).ToArray();
            if ((await publishing.PublishAsync(page, order.Area, languages, group.Key, ct)).TryGet(out var __, out var problem)) continue;
            // What was fine when it was planned no longer is; those who work on it see why.
            page.Version++;
            foreach (var draft in group)
            {
                draft.Review = new(DraftReview.Rejected, draft.Review?.SubmittedBy ?? draft.Author, draft.Review?.SubmittedAt ?? draft.SavedAt, null, problem.Detail.De);
                (draft.PublishAt, draft.PublishBy, draft.Version) = (null, null, page.Version);
            }

            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
    }
}

/// <summary>Withdraws a page, and what lies below it, when its time is over.</summary>
internal sealed class WithdrawOnTime(WelcomeDb db, PageEditing editing, Publishing publishing, TimeProvider time) : IJobHandler
{
    public const string Kind = "withdraw";

    public sealed record Order(Guid PageId);

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        var (transaction, page) = await editing.OpenLiveAsync(job.Payload<Order>().PageId, ct);
        await using var _ = transaction;
        // Another time may have been set since.
        if (page is not { Status: PageStatus.Published, UnpublishAt: { } at } || at > time.GetUtcNow()) return;
        await publishing.WithdrawAsync(page, $"Gültig bis {at.ToCivilDate():dd.MM.uuuu}.", null, true, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }
}

/// <summary>A dated fact takes its new value on the day on which it begins: each night the texts that use such a fact are written anew.</summary>
internal sealed class TurnFacts(WelcomeDb db, PageEditing editing, LiveWriter live, TimeProvider time) : IJobHandler
{
    public const string Kind = "turn-facts";

    /// <summary>As many days as this service may have stood still without missing a value's first day.</summary>
    private const int Days = 60;

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        var today = time.Today().ToDateOnly();
        var facts = await db.SharedItems.AsNoTracking().Where(item => item.Kind == "fact").ToListAsync(ct);
        var turned = facts.Where(fact => fact.Content.Values.Any(value => value.AsOf > today.AddDays(-Days) && value.AsOf <= today)).Select(fact => fact.Key).ToArray();
        if (turned.Length == 0) return;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await editing.TakeTreeAsync(ct);
        await live.RerenderAsync(turned, time.GetUtcNow(), ct);
        await transaction.CommitAsync(ct);
    }
}
