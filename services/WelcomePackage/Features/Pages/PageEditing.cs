using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Features.Pages;

/// <summary>A page, held for a change: nobody else changes it until the transaction ends.</summary>
internal sealed class PageEditing(WelcomeDb db)
{
    /// <summary>Opens a transaction and locks the page in it; null when there is no such page.</summary>
    public async Task<(IDbContextTransaction Transaction, Page? Page)> OpenAsync(Guid id, CancellationToken ct)
    {
        var transaction = await db.Database.BeginTransactionAsync(ct);
        return (transaction, await LockAsync(id, ct));
    }

    /// <summary>As the other, for changes that readers see: they come one after another, so that no two of them leave a page without its parent.</summary>
    public async Task<(IDbContextTransaction Transaction, Page? Page)> OpenLiveAsync(Guid id, CancellationToken ct)
    {
        var transaction = await db.Database.BeginTransactionAsync(ct);
        await TakeTreeAsync(ct);
        return (transaction, await LockAsync(id, ct));
    }

    /// <summary>Waits for the one change at a time that readers see.</summary>
    public async Task TakeTreeAsync(CancellationToken ct) =>
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtext('wir.welcomepackage.live'))", ct);

    private async Task<Page?> LockAsync(Guid id, CancellationToken ct)
    {
        var pages = await db.Pages.FromSql($"select * from welcomepackage.page where id = {id} for update").ToListAsync(ct);
        return pages.SingleOrDefault();
    }
}

internal static class Editing
{
    /// <summary>Whoever works on texts.</summary>
    public static readonly string[] Editors = [Scopes.WelcomeWrite, Scopes.WelcomeTranslate, Scopes.WelcomePublish];

    /// <summary>Whoever decides where pages stand and what is said about them.</summary>
    public static readonly string[] Keepers = [Scopes.WelcomeWrite, Scopes.WelcomePublish];

    public static ProblemCase Foreign(string area) => CommonProblems.ForeignArea.With(new(
        $"Für das Gebiet {area} fehlt die Zuständigkeit.", $"You have no authority for the area {area}."));

    public static ProblemCase Gone(Page page) => Problems.PageRemoved.With(new(
        page.Reason ?? "Die Seite wurde entfernt.", page.Reason ?? "The page was removed.")).Add("successor", page.SuccessorId);

    /// <summary>Keys of the areas that a queue may show to the caller: all of theirs, or those of one that they ask for.</summary>
    public static Outcome<string[]> OwnAreas(this Caller caller, AreaRegister areas, string? asked)
    {
        if (asked is null) return caller.OwnAreas();
        if (!areas.Parse(asked).TryGet(out var area, out var problem)) return problem;
        if (!caller.Covers(area.Key)) return Foreign(area.Key);
        return areas.DescendantsAndSelf(area.Key).Select(below => below.Key).ToArray();
    }

    /// <summary>Any of the scopes, for the area.</summary>
    public static bool MayAny(this Caller caller, string area, params ReadOnlySpan<string> scopes)
    {
        foreach (var scope in scopes)
        {
            if (caller.May(scope, area)) return true;
        }

        return false;
    }
}
