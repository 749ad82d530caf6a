using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Formats;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Associations;

/// <param name="Ids">1 to 500 ids of entries.</param>
public sealed record BatchRequest([MinLength(1), MaxLength(500)] IReadOnlyList<Guid> Ids);

/// <param name="Data">The entries in the order in which they were asked for.</param>
/// <param name="Missing">Ids of which nothing public exists (any longer), in that order.</param>
public sealed record BatchAnswer(IReadOnlyList<JsonObject> Data, IReadOnlyList<Guid> Missing);

/// <summary>Many entries by their ids, at once.</summary>
public static class BatchAssociations
{
    public static async Task<Results<Ok<BatchAnswer>, ProblemHttpResult>> Handle(
        JsonBody<BatchRequest> request, [AsParameters] EntryMembers members, HttpContext http, Caller caller, RegistryDb db, EntryWriter writer, TimeProvider time, CancellationToken ct)
    {
        if (EntryShape.Faults(members).ToArray() is { Length: > 0 } faults) return Query.Invalid(faults).ToResult();

        var ids = request.Value.Ids;
        var wanted = ids.Distinct().ToArray();
        var found = await db.Associations.AsNoTracking().Include(entry => entry.Persons).AsSplitQuery()
            .Where(entry => entry.Status == AssociationStatus.Published && wanted.Contains(entry.Id)).ToDictionaryAsync(entry => entry.Id, ct);
        var today = time.Today().ToDateOnly();
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new BatchAnswer(
            [.. ids.Where(found.ContainsKey).Select(id => writer.Shape(AssociationView.Of(found[id], caller.AudienceFor(found[id].Area), today), members))],
            [.. ids.Where(id => !found.ContainsKey(id))]));
    }
}
