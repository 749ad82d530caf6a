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
        HttpContext http, JsonBody<SubmissionInput> body, Caller caller, RegistryDb db, AssociationIntake intake,
        AssociationWriter writer, SubmissionWriter submissions, AnonymousBounds bounds, CancellationToken ct)
    {
        var input = body.Value;
        if (caller.IsAnonymous && LongTexts.FaultsIn(input) is { Count: > 0 } tooLong)
        {
            return CommonProblems.InvalidValues.With(tooLong[0].Detail, tooLong).ToResult();
        }

        var entry = input.AssociationId is { } existing
            ? await db.Associations.AsNoTracking().Include(one => one.Persons).SingleOrDefaultAsync(one => one.Id == existing && one.Status == AssociationStatus.Published, ct)
            : null;
        if (!intake.Read(input, entry).TryGet(out var accepted, out var problem)) return problem.ToResult();
        if (CleanText.FaultIn(input.Submitter.Name) is { } fault) return CommonProblems.InvalidValues.With(fault, new Fault("/submitter/name", CommonProblems.Faults.InvalidValue, fault)).ToResult();
        if (input.AssociationId is not null && entry is null)
        {
            var detail = new Text("Diesen Eintrag gibt es nicht.", "There is no such entry.");
            return CommonProblems.InvalidValues.With(detail, new Fault("/associationId", CommonProblems.Faults.InvalidValue, detail)).ToResult();
        }

        var id = entry?.Id ?? Guid.CreateVersion7();
        if (await writer.IdentifierProblemAsync(id, accepted.Content, ct) is { } taken) return taken.ToResult();
        if (entry is not null) accepted = accepted with { Content = WithWhatIsHidden(accepted.Content, entry.Content) };
        var submitter = new Submitter(
            CleanText.Composed(input.Submitter.Name), input.Submitter.Email,
            input.Submitter.Role is { } role ? CleanText.Composed(role) : null);
        if (!(await submissions.AwaitAsync(id, entry, accepted, PersonsOf(entry, accepted), submitter, caller, ct))
            .TryGet(out var receipt, out problem))
        {
            bounds.SetRetryAfter(http, problem);
            return problem.ToResult();
        }

        return TypedResults.Accepted((string?)null, receipt);
    }

    [WithoutIfMatch]
    public static async Task<Results<Ok<SubmissionReceipt>, ProblemHttpResult>> Confirm(
        [Description("The submission, or the request to confirm an entry")] Guid id, JsonBody<ConfirmInput> body,
        SubmissionWriter submissions, ConfirmEntry entries, CancellationToken ct)
    {
        // One form of link for all mails: what it is about, its id tells.
        var outcome = await entries.ByLinkAsync(id, body.Value.Token, ct) ?? await submissions.ConfirmAsync(id, body.Value.Token, ct);
        return outcome.TryGet(out var receipt, out var problem) ? TypedResults.Ok(receipt) : problem.ToResult();
    }

    /// <summary>Who changes an entry from outside sees its public side only, and hands in that: the rest stays.</summary>
    private static AssociationContent WithWhatIsHidden(AssociationContent content, AssociationContent before) => content with
    {
        Contacts = [.. content.Contacts, .. before.Contacts.Where(contact => contact.Visibility != Visibility.Public && !content.Contacts.Contains(contact))],
        Texts = before.Texts.Where(text => !TextState.IsPublic(text.Value.State)).Concat(content.Texts).GroupBy(text => text.Key).ToDictionary(texts => texts.Key, texts => texts.Last().Value),
    };

    /// <summary>Null = as they are. Persons named from outside take the place of those that the public sees.</summary>
    private static IReadOnlyList<PersonContact>? PersonsOf(Association? entry, Associations.Accepted accepted)
    {
        if (entry is null) return accepted.Persons;
        return accepted.Persons.Count == 0 ? null : [.. accepted.Persons, .. entry.Persons.Where(person => person.Visibility != Visibility.Public)];
    }
}
