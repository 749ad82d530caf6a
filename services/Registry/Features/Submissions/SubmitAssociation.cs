using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.Registry.Features.Confirmations;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Submissions;

public static class SubmitAssociation
{
    public static async Task<Results<Accepted<SubmissionReceipt>, ProblemHttpResult>> Handle(
        JsonBody<SubmissionInput> body, Caller caller, RegistryDb db, AssociationIntake intake, AssociationWriter writer, SubmissionWriter submissions, CancellationToken ct)
    {
        var input = body.Value;
        if (!intake.Read(input).TryGet(out var accepted, out var problem)) return problem.ToResult();
        var id = Guid.CreateVersion7();
        long? version = null;
        if (input.AssociationId is { } existing)
        {
            id = existing;
            version = await db.Associations.Where(entry => entry.Id == existing && entry.Status == AssociationStatus.Published)
                .Select(entry => (long?)entry.Version).SingleOrDefaultAsync(ct);
            if (version is null)
            {
                var detail = new Text("Diesen Eintrag gibt es nicht.", "There is no such entry.");
                return CommonProblems.InvalidValues.With(detail, new Fault("/associationId", CommonProblems.Faults.InvalidValue, detail)).ToResult();
            }
        }

        if (await writer.IdentifierProblemAsync(id, accepted.Content, ct) is { } taken) return taken.ToResult();
        // Who changes an entry from outside does not see its persons; naming none leaves them as they are.
        var persons = version is not null && accepted.Persons.Count == 0 ? null : accepted.Persons;
        var submitter = new Submitter(input.Submitter.Name, input.Submitter.Email, input.Submitter.Role);
        if (!(await submissions.AwaitAsync(id, version, accepted, persons, submitter, caller.Subject, ct)).TryGet(out var receipt, out problem)) return problem.ToResult();
        return TypedResults.Accepted((string?)null, receipt);
    }

    public static async Task<Results<Ok<SubmissionReceipt>, ProblemHttpResult>> Confirm(
        [Description("The submission, or the request to confirm an entry")] Guid id, JsonBody<ConfirmInput> body,
        SubmissionWriter submissions, ConfirmEntry entries, CancellationToken ct)
    {
        // One form of link for all mails: what it is about, its id tells.
        var outcome = await entries.ByLinkAsync(id, body.Value.Token, ct) ?? await submissions.ConfirmAsync(id, body.Value.Token, ct);
        return outcome.TryGet(out var receipt, out var problem) ? TypedResults.Ok(receipt) : problem.ToResult();
    }
}
