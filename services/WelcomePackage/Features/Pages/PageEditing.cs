using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
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
        var pages = await db.Pages.FromSql($"select * from welcomepackage.page where id = {id} for update").ToListAsync(ct);
        return (transaction, pages.SingleOrDefault());
    }
}

internal static class Editing
{
    public static ProblemCase Foreign(string area) => CommonProblems.ForeignArea.With(new(
        $"Für das Gebiet {area} fehlt die Zuständigkeit.", $"You have no authority for the area {area}."));

    public static ProblemCase Gone(Page page) => Problems.PageRemoved.With(new(
        page.Reason ?? "Die Seite wurde entfernt.", page.Reason ?? "The page was removed."));

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
