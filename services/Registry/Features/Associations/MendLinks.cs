using Microsoft.EntityFrameworkCore;
using Wir.Jobs;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Texts;

namespace Wir.Registry.Features.Associations;

/// <summary>
/// Takes users and passwords out of links that an earlier release stored: entries get a new version, so that listeners
/// and caches learn of it; versions, submissions and events are rewritten in place. Entered by a migration where there
/// is such a link, and each night for what was stored lately: a program of the release before may still have run. Its
/// progress counts entries.
/// </summary>
public sealed class MendLinks(RegistryDb db, AssociationWriter writer, TimeProvider time) : IJobHandler
{
    public const string Kind = "mend-links";

    /// <summary>An address that is a member's value.</summary>
    private const string InJson = """("(?:https?|ftp):[/\\]*)[^/\\?#"]*@""";

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        // Once, every event of thirteen months is looked at.
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(30));
        var since = job.IsRecurring ? time.GetUtcNow().AddDays(-ForgetContacts.Days) : DateTimeOffset.UnixEpoch;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var ids = await db.Associations.FromSql(
                $"select * from registry.association where updated_at >= {since} and content::text ~* {InJson}")
            .AsNoTracking().Select(entry => entry.Id).ToListAsync(ct);
        foreach (var id in ids)
        {
            if (await writer.FindAsync(id, ct) is not { } entry) continue;
            // As after an erasure: what is withdrawn stays withdrawn, and a change that waits for review can still be approved.
            var change = new Change("system", "mended", "links without users", time.GetUtcNow());
            entry.Erase(Mended(entry.Content), new HashSet<Guid>(), change);
            if ((await writer.SaveAsync(entry, change, ct)).Problem is { } problem)
            {
                throw new InvalidOperationException(problem.Detail.En);
            }
        }

        await db.Database.ExecuteSqlAsync($"""
            update registry.association_version set content = regexp_replace(content::text, {InJson}, '\1', 'gi')::jsonb
            where "at" >= {since} and content::text ~* {InJson}
            """, ct);
        await db.Database.ExecuteSqlAsync($"""
            update registry.submission set content = regexp_replace(content::text, {InJson}, '\1', 'gi')::jsonb,
            version = version + 1
            where created_at >= {since} and content::text ~* {InJson}
            """, ct);
        await db.Database.ExecuteSqlAsync($"""
            update registry.event_log set payload = regexp_replace(payload::text, {InJson}, '\1', 'gi')::json
            where logged_at >= {since} and payload::text ~* {InJson}
            """, ct);
        await db.Database.ExecuteSqlAsync($"""
            update registry.outbox_message set payload = regexp_replace(payload::text, {InJson}, '\1', 'gi')::json
            where created_at >= {since} and payload::text ~* {InJson}
            """, ct);
        await transaction.CommitAsync(ct);
        await job.CheckpointAsync(ids.Count, ids.Count, ct);
    }

    private static AssociationContent Mended(AssociationContent content) => content with
    {
        Links = [.. content.Links.Select(link => link with { Href = WebAddress.WithoutUser(link.Href) })],
        Offers = [.. content.Offers.Select(offer =>
            offer with { Url = offer.Url is { } url ? WebAddress.WithoutUser(url) : null })],
    };
}
