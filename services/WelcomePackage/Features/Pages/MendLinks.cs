using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Wir.Jobs;
using Wir.ServiceDefaults.Texts;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Data.Configurations;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Associations;
using Wir.WelcomePackage.Html;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Pages;

/// <summary>
/// Takes users and passwords out of links that an earlier release stored: out of drafts, versions, shared items,
/// pictures and all that is or was live. Translations stay up to date: what they say of their source is noted by
/// hashes, which change with it. Entered by a migration where there is such a link, and each night for texts that were
/// stored lately: a program of the release before may still have run. Its progress counts what was mended.
/// </summary>
internal sealed partial class MendLinks(WelcomeDb db, PageEditing editing, LiveWriter live, TimeProvider time)
    : IJobHandler
{
    public const string Kind = "mend-links";

    /// <summary>A link in HTML within JSON, or an address that is a member's value.</summary>
    private const string InJson = """((?:href=\\|: )"(?:https?|ftp):[/\\]*)[^/\\?#"]*@""";
    private const string Alone = """^\s*((?:https?|ftp):[/\\]*)[^/\\?#]*@""";

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        // Once, every version of every text is looked at.
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(30));
        var since = job.IsRecurring ? time.GetUtcNow().AddDays(-ForgetContacts.Days) : DateTimeOffset.UnixEpoch;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await editing.TakeTreeAsync(ct);
        var hashes = new Dictionary<string, string>();
        var mended = await VersionsAsync(hashes, since, ct) + await DraftsAsync(hashes, since, ct)
            + await OthersAsync(ct);
        foreach (var (old, now) in hashes)
        {
            await db.Database.ExecuteSqlAsync($"""
                update welcomepackage.text_version set basis = replace(basis::text, {old}, {now})::jsonb
                where basis::text like '%' || {old} || '%'
                """, ct);
            await db.Database.ExecuteSqlAsync($"""
                update welcomepackage.draft set basis = replace(basis::text, {old}, {now})::jsonb
                where basis::text like '%' || {old} || '%'
                """, ct);
        }

        var shown = await db.LiveTexts.FromSql($"""
            select * from welcomepackage.live_text
            where until is null and (blocks::text ~* {InJson} or parts::text ~* {InJson} or facts::text ~* {InJson})
            """).AsNoTracking().Select(text => text.PageId).Distinct().ToArrayAsync(ct);
        mended += (await live.RerenderAsync(text => shown.Contains(text.PageId), time.GetUtcNow(), ct)).Count;
        // Packages still show what was live when they were issued.
        await db.Database.ExecuteSqlAsync($"""
            update welcomepackage.live_text set blocks = regexp_replace(blocks::text, {InJson}, '\1', 'gi')::jsonb,
                parts = regexp_replace(parts::text, {InJson}, '\1', 'gi')::jsonb,
                facts = regexp_replace(facts::text, {InJson}, '\1', 'gi')::jsonb
            where (updated_at >= {since} or page_id = any({shown}))
                and (blocks::text ~* {InJson} or parts::text ~* {InJson} or facts::text ~* {InJson})
            """, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await job.CheckpointAsync(mended, mended, ct);
    }

    private async Task<int> VersionsAsync(
        Dictionary<string, string> hashes, DateTimeOffset since, CancellationToken ct)
    {
        var rows = await db.TextVersions
            .FromSql($"""
                select * from welcomepackage.text_version where published_at >= {since} and text::text ~* {InJson}
                """).AsNoTracking().ToListAsync(ct);
        foreach (var row in rows)
        {
            var text = JsonSerializer.Serialize(Mended(row.Text, hashes), JsonColumn.Options);
            await db.Database.ExecuteSqlAsync($"""
                update welcomepackage.text_version set text = {text}::jsonb
                where page_id = {row.PageId} and area = {row.Area} and lang = {row.Lang} and number = {row.Number}
                """, ct);
        }

        return rows.Count;
    }

    private async Task<int> DraftsAsync(
        Dictionary<string, string> hashes, DateTimeOffset since, CancellationToken ct)
    {
        var rows = await db.Drafts.FromSql($"""
            select * from welcomepackage.draft where saved_at >= {since} and text::text ~* {InJson}
            """).AsNoTracking().ToListAsync(ct);
        foreach (var row in rows)
        {
            var text = JsonSerializer.Serialize(Mended(row.Text, hashes), JsonColumn.Options);
            await db.Database.ExecuteSqlAsync($"""
                update welcomepackage.draft set text = {text}::jsonb
                where page_id = {row.PageId} and area = {row.Area} and lang = {row.Lang}
                """, ct);
        }

        return rows.Count;
    }

    private async Task<int> OthersAsync(CancellationToken ct) =>
        await db.Database.ExecuteSqlAsync($"""
            update welcomepackage.shared_item
            set content = regexp_replace(content::text, {InJson}, '\1', 'gi')::jsonb, version = version + 1
            where content::text ~* {InJson}
            """, ct)
        + await db.Database.ExecuteSqlAsync($"""
            update welcomepackage.medium set source = regexp_replace(source, {Alone}, '\1', 'i'),
            version = version + 1 where source ~* {Alone}
            """, ct)
        + await db.Database.ExecuteSqlAsync($"""
            update welcomepackage.page set source = regexp_replace(source, {Alone}, '\1', 'i'),
            version = version + 1 where source ~* {Alone}
            """, ct)
        + await db.Database.ExecuteSqlAsync($"""
            update welcomepackage.live_page set source = regexp_replace(source, {Alone}, '\1', 'i')
            where source ~* {Alone}
            """, ct);

    private static PageText Mended(PageText text, Dictionary<string, string> hashes)
    {
        var mended = text with
        {
            Body = Mended(text.Body), Parts = [.. text.Parts.Select(part => part with { Body = Mended(part.Body) })],
        };
        foreach (var (old, now) in Segments.HashesOf(text).Zip(Segments.HashesOf(mended))
            .Where(pair => pair.First != pair.Second))
        {
            hashes[old] = now;
        }

        return mended;
    }

    private static string Mended(string html) => Link()
        .Replace(html, match => $"href=\"{WebAddress.WithoutUser(match.Groups["address"].Value)}\"");

    [GeneratedRegex("href=\"(?<address>[^\"]*)\"")]
    private static partial Regex Link();
}
