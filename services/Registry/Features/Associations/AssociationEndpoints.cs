namespace Wir.Registry.Features.Associations;

public static class AssociationEndpoints
{
    public static RouteGroupBuilder MapAssociations(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/associations").WithTags("Associations");
        group.MapGet("", ListAssociations.Handle).WithName("ListAssociations").WithSummary("Public entries: search and list");
        group.MapGet("/{id}", GetAssociation.Handle).WithName("GetAssociation").WithSummary("One entry, by id or number");
        group.MapPost("", RegisterAssociation.Handle).WithName("RegisterAssociation").WithSummary("Enters an association on behalf of an office");
        group.MapPatch("/{id:guid}", ChangeAssociation.Handle).WithName("ChangeAssociation").WithSummary("Changes an entry (JSON Merge Patch)");
        group.MapDelete("/{id:guid}", WithdrawAssociation.Handle).WithName("WithdrawAssociation").WithSummary("Withdraws an entry from the public");
        return api;
    }
}
