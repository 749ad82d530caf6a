using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Associations;

/// <summary>An entry leaves the public at once: answers, feed and, by event, everybody's copies.</summary>
public static class WithdrawAssociation
{
    private static readonly string[] s_reasons = ["dissolved", "merged", "moved", "duplicate", "request", "wrong"];

    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        [Description("Id")] Guid id,
        [Description("dissolved, merged, moved, duplicate, request or wrong; request when absent")] string? reason,
        [Description("Id of the entry that takes its place")] Guid? successor,
        HttpContext http, Caller caller, RegistryDb db, AssociationWriter writer, TimeProvider time, CancellationToken ct)
    {
        if (reason is not null && !s_reasons.Contains(reason))
        {
            return Query.Invalid("reason", new($"Erlaubt ist eines von: {string.Join(", ", s_reasons)}.", $"Allowed is one of: {string.Join(", ", s_reasons)}.")).ToResult();
        }

        var entry = await writer.FindAsync(id, ct);
        if (entry is null) return GetAssociation.NotFound(id.ToString()).ToResult();
        if (!caller.May(Scopes.RegistryWrite, entry.Area)) return RegisterAssociation.ForeignArea(entry.Area).ToResult();
        if (entry.Status == AssociationStatus.Withdrawn) return GetAssociation.Gone(entry).ToResult();
        if (IfMatch.Require(http, entry.Version) is { } stale) return stale.ToResult();
        if (successor is { } next && (next == id || !await db.Associations.AnyAsync(other => other.Id == next && other.Status == AssociationStatus.Published, ct)))
        {
            return Query.Invalid("successor", new("Das ist kein anderer öffentlicher Eintrag.", "This is no other public entry.")).ToResult();
        }

        var change = new Change(caller.Subject, "withdrawn", reason, time.GetUtcNow());
        entry.Withdraw(reason ?? "request", successor, change);
        return (await writer.SaveAsync(entry, change, ct)).TryGet(out _, out var problem) ? TypedResults.NoContent() : problem.ToResult();
    }
}
