using Wir.Messaging;
using Wir.Registry.Features.Confirmations;
using Wir.Registry.Features.History;

namespace Wir.Registry.Features.Associations;

public static class AssociationEndpoints
{
    public static RouteGroupBuilder MapAssociations(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/associations").WithTags("Associations");
        group.MapGet("", ListAssociations.Handle).WithName("ListAssociations").WithSummary("Public entries: search and list");
        group.MapGet("/{id}", GetAssociation.Handle).WithName("GetAssociation").WithSummary("One entry, by id or number");
        group.MapPost("/batch", BatchAssociations.Handle).WithName("BatchAssociations").WithSummary("Up to 500 entries by their ids, in that order");
        group.MapPost("", RegisterAssociation.Handle).WithIdempotency(AnswersAgain.EntryAsync).WithName("RegisterAssociation").WithSummary("Enters an association on behalf of an office");
        group.MapPatch("/{id:guid}", ChangeAssociation.Handle).WithName("ChangeAssociation").WithSummary("Changes an entry (JSON Merge Patch)");
        group.MapDelete("/{id:guid}", WithdrawAssociation.Handle).WithName("WithdrawAssociation").WithSummary("Withdraws an entry from the public");
        group.MapGet("/{id:guid}/versions", ReadHistory.Handle).WithName("ListVersions").WithSummary("An entry's history: what changed when");
        group.MapPost("/{id:guid}/confirm", ConfirmEntry.Handle).WithName("ConfirmEntry").WithSummary("An office confirms that an entry is still right");
        group.MapGet("/{id:guid}/occurrences", ListOccurrences.Handle).WithName("ListOccurrences").WithSummary("When an association's offers take place");
        return api;
    }
}
