using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Wir.Areas;
using Wir.Registry.Domain;
using Wir.Registry.Features.Submissions;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Associations;

/// <summary>
/// An office changes an entry. Who may also approve in the area publishes at once; from anybody else the change waits as a submission,
/// and the public version stays as it was.
/// </summary>
public static class ChangeAssociation
{
    public static async Task<Results<Ok<AssociationView>, Accepted<SubmissionReceipt>, ProblemHttpResult>> Handle(
        [Description("Id")] Guid id, [Description("Why it changes; kept with the version")] string? reason,
        HttpContext http, MergePatch<AssociationInput> patch, Caller caller,
        AssociationIntake intake, AssociationWriter writer, SubmissionWriter submissions, TimeProvider time, CancellationToken ct)
    {
        var entry = await writer.FindAsync(id, ct);
        if (entry is null) return GetAssociation.NotFound(id.ToString()).ToResult();
        if (!caller.May(Scopes.RegistryWrite, entry.Area)) return RegisterAssociation.ForeignArea(entry.Area).ToResult();
        if (IfMatch.Require(http, entry.Version) is { } stale) return stale.ToResult();
        if (!intake.Read(patch.Apply(ToInput(entry)), entry).TryGet(out var accepted, out var problem)) return problem.ToResult();
        // Moving an entry away needs authority in both areas: nobody fills another's register.
        var area = accepted.Content.Area;
        if (!caller.May(Scopes.RegistryWrite, area)) return RegisterAssociation.ForeignArea(area).ToResult();
        if (!caller.May(Scopes.RegistryApprove, entry.Area) || !caller.May(Scopes.RegistryApprove, area))
        {
            if (await writer.IdentifierProblemAsync(entry.Id, accepted.Content, ct) is { } taken) return taken.ToResult();
            var receipt = await submissions.EnterAsync(entry.Id, entry, accepted, caller.Subject, ct);
            return TypedResults.Accepted($"{RegistryApi.Prefix}/submissions/{receipt.Id}", receipt);
        }

        var change = new Change(caller.Subject, "changed", reason, time.GetUtcNow());
        entry.Revise(accepted.Content, accepted.Persons, change);
        if (!(await writer.SaveAsync(entry, change, ct)).TryGet(out entry, out problem)) return problem.ToResult();
        IfMatch.Tell(http, entry.Version);
        return TypedResults.Ok(AssociationView.Of(entry, Audience.Office, time.Today().ToDateOnly()));
    }

    /// <summary>The entry as its editors would hand it in again.</summary>
    public static AssociationInput ToInput(Association entry)
    {
        var content = entry.Content;
        return new AssociationInput
        {
            Kind = content.Kind,
            Name = content.Name,
            AlternateNames = content.AlternateNames,
            Identifiers = content.Identifiers,
            Area = content.Area,
            Address = content.Address,
            Location = content.Location,
            Categories = content.Categories,
            Languages = content.Languages,
            TargetGroups = content.TargetGroups,
            Accessibility = content.Accessibility,
            Texts = content.Texts,
            Contacts = [.. content.Contacts.Select(ToInput), .. entry.Persons.OrderBy(person => person.Ordinal).Select(ToInput)],
            Links = content.Links,
            Offers = content.Offers,
        };
    }

    private static ContactInput ToInput(FunctionalContact contact) => new()
    {
        Type = ContactInput.Functional,
        Label = contact.Label,
        Email = contact.Email,
        Phone = contact.Phone,
        Visibility = contact.Visibility,
    };

    private static ContactInput ToInput(PersonContact person) => new()
    {
        Type = ContactInput.Person,
        Id = person.Id,
        Name = person.Name,
        Role = person.Role,
        Email = person.Email,
        Phone = person.Phone,
        Visibility = person.Visibility,
        LegalBasis = person.LegalBasis,
        Until = person.Until,
    };
}
