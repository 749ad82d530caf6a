using Microsoft.AspNetCore.Http.HttpResults;
using Wir.Areas;
using Wir.Registry.Domain;
using Wir.Registry.Features.Submissions;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Associations;

/// <summary>
/// An office enters an association by itself. Who may also approve in the area publishes at once; from anybody else it becomes a
/// submission that waits for the approver.
/// </summary>
public static class RegisterAssociation
{
    public static async Task<Results<Created<AssociationView>, Accepted<SubmissionReceipt>, ProblemHttpResult>> Handle(
        HttpContext http, JsonBody<AssociationInput> body, Caller caller, AssociationIntake intake, AssociationWriter writer, SubmissionWriter submissions,
        TimeProvider time, CancellationToken ct)
    {
        if (!intake.Read(body.Value).TryGet(out var accepted, out var problem)) return problem.ToResult();
        var area = accepted.Content.Area;
        if (!caller.May(Scopes.RegistryWrite, area)) return ForeignArea(area).ToResult();
        if (!caller.May(Scopes.RegistryApprove, area))
        {
            if (await writer.IdentifierProblemAsync(Guid.Empty, accepted.Content, ct) is { } taken) return taken.ToResult();
            var receipt = await submissions.EnterAsync(Guid.CreateVersion7(), null, accepted, caller.Subject, ct);
            return TypedResults.Accepted($"{RegistryApi.Prefix}/submissions/{receipt.Id}", receipt);
        }

        var change = new Change(caller.Subject, "created", null, time.GetUtcNow());
        if (!(await writer.CreateAsync(Guid.CreateVersion7(), accepted, demo: false, change, ct)).TryGet(out var entry, out problem)) return problem.ToResult();
        IfMatch.Tell(http, entry.Version);
        return TypedResults.Created($"{RegistryApi.Prefix}/associations/{entry.Id}", AssociationView.Of(entry, Audience.Office, time.Today().ToDateOnly()));
    }

    public static ProblemCase ForeignArea(string area) => CommonProblems.ForeignArea.With(new(
        $"Für das Gebiet {area} fehlt die Berechtigung.", $"The permission for the area {area} is missing."));
}
