using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.Registry.Features.Submissions;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Confirmations;

/// <summary>Somebody who knows says that an entry is still right: the association by the link in its mail, or the office.</summary>
public sealed class ConfirmEntry(RegistryDb db, AssociationWriter writer, TimeProvider time)
{
    /// <summary>By the link; null when the id is no request.</summary>
    public async Task<Outcome<SubmissionReceipt>?> ByLinkAsync(Guid id, string token, CancellationToken ct)
    {
        var request = await db.ConfirmationRequests.SingleOrDefaultAsync(candidate => candidate.Id == id, ct);
        if (request is null) return null;
        var entry = OneTimeToken.Matches(request.TokenHash, token) ? await writer.FindAsync(request.AssociationId, ct) : null;
        if (entry is not { Status: AssociationStatus.Published }) return (Outcome<SubmissionReceipt>)SubmissionWriter.LinkUsed();
        db.ConfirmationRequests.Remove(request);
        var saved = await SaveAsync(entry, new Change("link", "confirmed", null, time.GetUtcNow()), ct);
        return saved.Problem is { } problem ? (Outcome<SubmissionReceipt>)problem : new SubmissionReceipt(request.Id, "confirmed", entry.Id);
    }

    public static async Task<Results<Ok<AssociationView>, ProblemHttpResult>> Handle(
        [Description("Id")] Guid id, HttpContext http, Caller caller, AssociationWriter writer, ConfirmEntry confirm, TimeProvider time, CancellationToken ct)
    {
        var entry = await writer.FindAsync(id, ct);
        if (entry is null) return GetAssociation.NotFound(id.ToString()).ToResult();
        if (!caller.May(Scopes.RegistryWrite, entry.Area)) return RegisterAssociation.ForeignArea(entry.Area).ToResult();
        if (entry.Status == AssociationStatus.Withdrawn) return GetAssociation.Gone(entry).ToResult();
        if (IfMatch.Require(http, entry.Version) is { } stale) return stale.ToResult();
        if (!(await confirm.SaveAsync(entry, new Change(caller.Subject, "confirmed", null, time.GetUtcNow()), ct)).TryGet(out entry, out var problem)) return problem.ToResult();
        IfMatch.Tell(http, entry.Version);
        return TypedResults.Ok(AssociationView.Of(entry, Audience.Office, time.Today().ToDateOnly()));
    }

    private Task<Outcome<Association>> SaveAsync(Association entry, Change change, CancellationToken ct)
    {
        entry.Confirm(change);
        return writer.SaveAsync(entry, change, ct);
    }
}
