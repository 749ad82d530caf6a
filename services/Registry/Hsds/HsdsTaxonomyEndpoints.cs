using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wir.Messaging;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Hsds;

/// <summary>Taxonomies and their terms, from the code lists.</summary>
internal static class HsdsTaxonomyEndpoints
{
    public static Results<ReadResult<HsdsPage<HsdsTaxonomy>>, NdjsonResult, ProblemHttpResult> List(
        [AsParameters] HsdsPaging paging, HsdsTaxonomies taxonomies, [Description("Words of the name")] string? search = null)
    {
        if (paging.Faults().ToArray() is { Length: > 0 } faults) return Query.Invalid(faults).ToResult();
        return Page(paging, [.. taxonomies.All.Where(taxonomy => Matches(search, taxonomy.Name, taxonomy.Description))]);
    }

    public static Results<ReadResult<HsdsTaxonomy>, ProblemHttpResult> Get([Description("Id of the taxonomy")] string id, HsdsTaxonomies taxonomies) =>
        Guid.TryParse(id, out var guid) && taxonomies.FindTaxonomy(guid) is { } found ? Reads.Ok(found) : HsdsEndpoints.NotFound("taxonomy").ToResult();

    public static Results<ReadResult<HsdsPage<HsdsTaxonomyTerm>>, NdjsonResult, ProblemHttpResult> ListTerms(
        [AsParameters] HsdsPaging paging, HsdsTaxonomies taxonomies, [Description("Words of the name")] string? search = null,
        [FromQuery(Name = "taxonomy_id"), Description("Terms of this taxonomy")] Guid? taxonomyId = null,
        [FromQuery(Name = "top_only"), Description("Only terms without one above")] bool topOnly = false,
        [FromQuery(Name = "parent_id"), Description("Terms directly below this one")] Guid? parentId = null)
    {
        if (paging.Faults().ToArray() is { Length: > 0 } faults) return Query.Invalid(faults).ToResult();
        return Page(paging, [.. taxonomies.Terms.Where(term => Matches(search, term.Name, term.Description) && (taxonomyId is null || term.TaxonomyId == taxonomyId)
            && (!topOnly || term.ParentId is null) && (parentId is null || term.ParentId == parentId))]);
    }

    public static Results<ReadResult<HsdsTaxonomyTerm>, ProblemHttpResult> GetTerm([Description("Id of the term")] string id, HsdsTaxonomies taxonomies) =>
        Guid.TryParse(id, out var guid) && taxonomies.Find(guid) is { } found ? Reads.Ok(found) : HsdsEndpoints.NotFound("taxonomy term").ToResult();

    private static Results<ReadResult<HsdsPage<T>>, NdjsonResult, ProblemHttpResult> Page<T>(HsdsPaging paging, IReadOnlyList<T> rows)
    {
        if (paging.IsNdjson) return new NdjsonResult(rows);
        return Reads.Ok(paging.Of([.. rows.Skip(paging.Skip).Take(paging.Take)], rows.Count));
    }

    private static bool Matches(string? search, params ReadOnlySpan<string> texts)
    {
        if (string.IsNullOrWhiteSpace(search)) return true;
        foreach (var text in texts)
        {
            if (text.Contains(search.Trim(), StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
