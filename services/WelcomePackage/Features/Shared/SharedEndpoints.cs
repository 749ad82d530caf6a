using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Pages;

namespace Wir.WelcomePackage.Features.Shared;

/// <param name="Key">How texts name it.</param>
/// <param name="Kind">fact (<c>{{fact:key}}</c> in a sentence), block or contact (<c>{{block:key}}</c>, <c>{{contact:key}}</c> as a paragraph).</param>
/// <param name="Area">Area whose editors may change it.</param>
/// <param name="Version">For If-Match.</param>
/// <param name="Labels">What it is, by language; a contact's name.</param>
/// <param name="Texts">A block's text by language, sanitised HTML.</param>
/// <param name="Values">A fact's values, the oldest first.</param>
/// <param name="Contact">Where a contact can be reached.</param>
/// <param name="Current">A fact's value that holds today.</param>
/// <param name="Pages">Pages that show it.</param>
/// <param name="UpdatedAt">When it changed last.</param>
public sealed record SharedView(
    string Key, string Kind, string Area, long Version, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Texts, IReadOnlyList<FactValue> Values,
    ContactDetails? Contact, FactValue? Current, IReadOnlyList<Guid> Pages, DateTimeOffset UpdatedAt);

/// <param name="Kind">fact, block or contact; stays what it is.</param>
/// <param name="Area">Area whose editors may change it; stays what it is.</param>
/// <param name="Labels">What it is, by language.</param>
/// <param name="Texts">A block's text by language; HTML outside of the safe subset is taken out.</param>
/// <param name="Values">A fact's values with source and day of their beginning.</param>
/// <param name="Contact">Where a contact can be reached.</param>
public sealed record NewShared(
    [AllowedValues("fact", "block", "contact")] string Kind, [MaxLength(20)] string Area, IReadOnlyDictionary<string, string>? Labels = null,
    IReadOnlyDictionary<string, string>? Texts = null, [MaxLength(100)] IReadOnlyList<FactValue>? Values = null, ContactDetails? Contact = null);

/// <param name="Item">As it is now.</param>
/// <param name="ContentVersion">Number of this change over all content; null when no reader sees a difference.</param>
/// <param name="Changed">Pages that read otherwise now.</param>
public sealed record SharedWritten(SharedView Item, long? ContentVersion, IReadOnlyList<Guid> Changed);

internal static class SharedEndpoints
{
    public static void MapShared(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/shared").WithTags("Shared items");
        group.MapGet("", List).WithName("ListShared").WithSummary("Facts, contacts and texts that pages share, by key");
        group.MapGet("/{key}", Get).WithName("GetShared").WithSummary("A fact, contact or text that pages share, and the pages that show it");
        group.MapPut("/{key}", WriteShared.Handle).WithName("PutShared").WithSummary("Writes a shared item; every page that shows it changes in the same moment, in all languages");
        group.MapDelete("/{key}", Delete).WithName("DeleteShared").WithSummary("Deletes a shared item that nothing uses");
    }

    private static async Task<Results<ReadResult<ListOf<SharedView>>, ProblemHttpResult>> List(
        HttpContext context, WelcomeDb db, TimeProvider time, [AsParameters] Paging paging, [Description("fact, block or contact")] string? kind, CancellationToken ct)
    {
        if (kind is not (null or "fact" or "block" or "contact")) return Query.Invalid("kind", new("Erlaubt ist fact, block oder contact.", "Allowed is fact, block or contact.")).ToResult();
        var take = paging.Take();
        var after = paging.After<Key>(context)?.Name ?? "";
        var rows = await db.SharedItems.FromSql($"""
            select * from welcomepackage.shared_item where ({kind}::text is null or kind = {kind}) and key > {after} order by key limit {take + 1}
            """).AsNoTracking().ToListAsync(ct);
        var (cut, links) = Paging.Cut(context, rows, take, last => new Key(last.Key));
        var keys = cut.Select(item => item.Key).ToArray();
        var uses = (await db.SharedUses.AsNoTracking().Where(use => keys.Contains(use.Key)).Select(use => new { use.Key, use.PageId }).Distinct().ToListAsync(ct)).ToLookup(use => use.Key, use => use.PageId);
        return Reads.Ok(new ListOf<SharedView>([.. cut.Select(item => ViewOf(item, [.. uses[item.Key].Order()], time))], links, new ListMeta()));
    }

    private static async Task<Results<ReadResult<SharedView>, ProblemHttpResult>> Get(WelcomeDb db, TimeProvider time, string key, CancellationToken ct)
    {
        var item = await db.SharedItems.AsNoTracking().FirstOrDefaultAsync(one => one.Key == key, ct);
        if (item is null) return NoSuch(key).ToResult();
        var pages = await db.SharedUses.AsNoTracking().Where(use => use.Key == key).Select(use => use.PageId).Distinct().OrderBy(id => id).ToListAsync(ct);
        return Reads.Ok(ViewOf(item, pages, time), item.Version, item.UpdatedAt);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(HttpContext context, WelcomeDb db, PageEditing editing, Caller caller, string key, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await editing.TakeTreeAsync(ct);
        var item = await db.SharedItems.FirstOrDefaultAsync(one => one.Key == key, ct);
        if (item is null) return NoSuch(key).ToResult();
        if (!caller.May(Scopes.WelcomePublish, item.Area)) return Editing.Foreign(item.Area).ToResult();
        if (IfMatch.Require(context, item.Version) is { } stale) return stale.ToResult();
        var others = await db.SharedItems.AsNoTracking().Where(one => one.Key != key).ToListAsync(ct);
        var users = await db.SharedUses.Where(use => use.Key == key).Select(use => use.PageId).Distinct().CountAsync(ct)
            + others.Count(one => one.Content.Texts.Values.Any(text => Live.Renderer.KeysIn(text).Contains(key)));
        var mark = $"%{{{{{item.Kind}:{key}}}}}%";
        users += await db.Database.SqlQuery<int>($"""select count(*)::int as "Value" from welcomepackage.draft where text::text like {mark}""").SingleAsync(ct);
        if (users > 0) return Problems.SharedInUse.With(new($"{users} Texte nennen ihn noch.", $"{users} texts still name it.")).ToResult();
        db.SharedItems.Remove(item);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }

    internal static SharedView ViewOf(SharedItem item, IReadOnlyList<Guid> pages, TimeProvider time) => new(
        item.Key, item.Kind, item.Area, item.Version, item.Content.Labels, item.Content.Texts, item.Content.Values, item.Content.Contact,
        item.Kind == "fact" ? item.Content.ValueOn(Wir.Areas.CivilTime.Today(time).ToDateOnly()) : null, pages, item.UpdatedAt);

    private static ProblemCase NoSuch(string key) => CommonProblems.NotFound.With(new($"Den Baustein {key} gibt es nicht.", $"There is no shared item {key}."));

    private sealed record Key(string Name);
}
