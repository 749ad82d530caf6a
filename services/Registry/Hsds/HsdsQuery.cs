using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Hsds;

/// <summary>Which page is asked for.</summary>
/// <remarks>Descriptions stand on the properties: the OpenAPI generator fails on those of a record's parameters.</remarks>
public sealed record HsdsPaging(
    [FromQuery(Name = "page")] [property: Description("Number of the page, from 1")] int? Page,
    [FromQuery(Name = "per_page")] [property: Description("Entries per page, 1 to 500; 50 when not given")] int? PerPage,
    [FromQuery(Name = "format")] [property: Description("json, or ndjson: everything, one entry per line, without pages")] string? Format)
{
    private const int Usual = 50;
    private const int Most = 500;

    public bool IsNdjson => Format == "ndjson";

    public int Take => PerPage ?? Usual;

    /// <summary>A page that nobody has is an empty one; it may lie beyond what the database can count to.</summary>
    public int Skip => (int)Math.Min(int.MaxValue, ((long)(Page ?? 1) - 1) * Take);

    public IEnumerable<Fault> Faults()
    {
        if (Page < 1) yield return Query.Fault("page", new("Seiten zählen ab 1.", "Pages count from 1."));
        if (PerPage is < 1 or > Most) yield return Query.Fault("per_page", new($"Erlaubt ist 1 bis {Most}.", $"Allowed is 1 to {Most}."));
        if (Format is not (null or "" or "json" or "ndjson")) yield return Query.Fault("format", new("Erlaubt ist json oder ndjson.", "Allowed is json or ndjson."));
    }

    public HsdsPage<T> Of<T>(IReadOnlyList<T> contents, long total, int? take = null)
    {
        var (number, size) = ((long)(Page ?? 1), take ?? Take);
        var pages = (total + size - 1) / size;
        return new HsdsPage<T>
        {
            TotalItems = total,
            TotalPages = pages,
            PageNumber = number,
            Size = contents.Count,
            FirstPage = number == 1,
            LastPage = number >= pages,
            Empty = contents.Count == 0,
            Contents = contents,
        };
    }
}

/// <summary>Filters of services and of services at locations; all that are given have to hold.</summary>
public sealed record HsdsFilter(
    [FromQuery(Name = "search")] [property: Description("Words in the names of associations and offers")] string? Search,
    [FromQuery(Name = "taxonomy_term_id")] [property: Description("A term; those below it count, too")] Guid? TaxonomyTermId,
    [FromQuery(Name = "taxonomy_id")] [property: Description("A taxonomy: entries with any of its terms")] Guid? TaxonomyId,
    [FromQuery(Name = "organization_id")] [property: Description("Offers of this association")] Guid? OrganizationId,
    [FromQuery(Name = "modified_after")] [property: Description("Changed at this instant or later")] string? ModifiedAfter);

/// <summary>The filters as a query.</summary>
internal static class HsdsQuery
{
    private const int MaxSearch = 200;

    /// <summary>Published entries in the order in which they were entered: pages of it stay where they are.</summary>
    public static IQueryable<Association> Entries(RegistryDb db) => db.Associations.AsNoTracking().Where(entry => entry.Status == AssociationStatus.Published);

    public static IEnumerable<Fault> Faults(HsdsFilter filter, HsdsTaxonomies taxonomies)
    {
        if (filter.Search?.Length > MaxSearch) yield return Query.Fault("search", new($"Höchstens {MaxSearch} Zeichen.", $"At most {MaxSearch} characters."));
        if (filter.TaxonomyTermId is { } term && taxonomies.Find(term) is null) yield return Query.Fault("taxonomy_term_id", new("Diesen Begriff gibt es nicht.", "There is no such term."));
        if (filter.TaxonomyId is { } taxonomy && taxonomies.FindTaxonomy(taxonomy) is null) yield return Query.Fault("taxonomy_id", new("Diese Taxonomie gibt es nicht.", "There is no such taxonomy."));
        if (filter.ModifiedAfter is { } text && InstantOf(text) is null) yield return Query.Fault("modified_after", new("Erwartet wird ein Zeitpunkt wie 2026-09-01T08:00:00Z.", "An instant like 2026-09-01T08:00:00Z is expected."));
    }

    public static IQueryable<Association> Matching(this IQueryable<Association> entries, HsdsFilter filter, HsdsTaxonomies taxonomies)
    {
        if (filter.OrganizationId is { } organization) entries = entries.Where(entry => entry.Id == organization);
        if (filter.ModifiedAfter is { } text && InstantOf(text) is { } since) entries = entries.Where(entry => entry.UpdatedAt >= since);
        if (filter.TaxonomyTermId is { } id && taxonomies.Find(id) is { } term)
        {
            var codes = taxonomies.CodesWithin(term);
            var keys = codes.Select(code => new CategoryCode("wir", code).Key).ToArray();
            entries = term.Taxonomy == HsdsTaxonomies.Categories
                ? entries.Where(entry => entry.Categories.Any(key => keys.Contains(key)))
                : entries.Where(entry => entry.TargetGroups.Any(code => codes.Contains(code)));
        }

        if (filter.TaxonomyId is { } taxonomy)
        {
            entries = taxonomy == HsdsTaxonomies.IdOf(HsdsTaxonomies.Categories)
                ? entries.Where(entry => entry.Categories.Any(key => EF.Functions.Like(key, "wir:%")))
                : entries.Where(entry => entry.TargetGroups.Length > 0);
        }

        return entries.Naming(filter.Search);
    }

    /// <summary>Every word has to stand in the association's name or in the name of one of its offers.</summary>
    public static IQueryable<Association> Naming(this IQueryable<Association> entries, string? search)
    {
        foreach (var word in (search ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var escaped = word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
            var pattern = $"%{escaped}%";
            entries = entries.Where(entry => EF.Functions.ILike(entry.Name, pattern, "\\") || entry.OfferNames.Any(name => EF.Functions.ILike(name, pattern, "\\")));
        }

        return entries;
    }

    private static DateTimeOffset? InstantOf(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant) ? instant : null;
}
