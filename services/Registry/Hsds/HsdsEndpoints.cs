using System.ComponentModel;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Wir.Registry.Formats;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Hsds;

/// <summary>Open Referral HSDS 3.0, to read. It follows that specification's rules instead of ours: pages, snake_case, unknown parameters ignored.</summary>
public static class HsdsEndpoints
{
    public const string Prefix = "/hsds";
    private const int AtATime = 20;

    public static WebApplication MapHsds(this WebApplication app)
    {
        var api = app.MapServiceApi(Prefix).WithTags("HSDS").AllowUnknownQuery();
        // The answers are described by the specification; its objects hold each other deeper than the OpenAPI generator can write.
        ((IEndpointConventionBuilder)api).Finally(static endpoint =>
        {
            foreach (var described in endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().ToArray()) endpoint.Metadata.Remove(described);
        });
        api.MapGet("/", GetApi).WithName("HsdsGetApi").WithSummary("About this HSDS interface");
        api.MapGet("/services", ListServices).WithName("HsdsListServices").WithSummary("Offers of associations");
        api.MapGet("/services/{id}", GetService).WithName("HsdsGetService").WithSummary("One offer with all that belongs to it");
        api.MapGet("/organizations", ListOrganizations).WithName("HsdsListOrganizations").WithSummary("Associations");
        api.MapGet("/organizations/{id}", GetOrganization).WithName("HsdsGetOrganization").WithSummary("One association with all that belongs to it");
        api.MapGet("/service_at_locations", HsdsPlacesEndpoints.List).WithName("HsdsListServiceAtLocations").WithSummary("Offers at their places");
        api.MapGet("/service_at_locations/{id}", HsdsPlacesEndpoints.Get).WithName("HsdsGetServiceAtLocation").WithSummary("One offer at its place");
        api.MapGet("/taxonomies", HsdsTaxonomyEndpoints.List).WithName("HsdsListTaxonomies").WithSummary("Taxonomies");
        api.MapGet("/taxonomies/{id}", HsdsTaxonomyEndpoints.Get).WithName("HsdsGetTaxonomy").WithSummary("One taxonomy");
        api.MapGet("/taxonomy_terms", HsdsTaxonomyEndpoints.ListTerms).WithName("HsdsListTaxonomyTerms").WithSummary("Terms of taxonomies");
        api.MapGet("/taxonomy_terms/{id}", HsdsTaxonomyEndpoints.GetTerm).WithName("HsdsGetTaxonomyTerm").WithSummary("One term");
        return app;
    }

    /// <summary>Where the outside reaches this interface.</summary>
    internal static string BaseUrl(HttpContext http) =>
        http.RequestServices.GetRequiredService<IConfiguration>()["Wir:PublicUrl"]?.TrimEnd('/') is { Length: > 0 } configured
            ? configured
            : $"{http.Request.Scheme}://{http.Request.Host}";

    internal static ProblemCase NotFound(string what) => CommonProblems.NotFound.With(new("Unter dieser Kennung gibt es hier nichts.", $"There is no {what} with this id."));

    /// <summary>Everybody's view of an entry: no person, no contact of the authorities, no draft.</summary>
    internal static AssociationView Public(Association entry) => AssociationView.WithoutPersons(entry);

    private static ReadResult<HsdsApi> GetApi(HttpContext http) =>
        Reads.Ok(new HsdsApi("3.0", "https://github.com/openreferral/specification/tree/3.0", $"{BaseUrl(http)}/openapi/registry.json"));

    private static async Task<Results<ReadResult<HsdsPage<HsdsService>>, ReadResult<HsdsPage<HsdsServiceStub>>, NdjsonStream, ProblemHttpResult>> ListServices(
        HttpContext http, [AsParameters] HsdsFilter filter, [AsParameters] HsdsPaging paging, RegistryDb db, HsdsMapping mapping, HsdsTaxonomies taxonomies, HeavyWork work,
        [Description("Only what is needed to see what has changed, all on one page")] bool minimal = false,
        [Description("With all that belongs to it")] bool full = false, CancellationToken ct = default)
    {
        var faults = paging.Faults().Concat(HsdsQuery.Faults(filter, taxonomies)).ToArray();
        if (faults.Length > 0) return Query.Invalid(faults).ToResult();

        var baseUrl = BaseUrl(http);
        var entries = HsdsQuery.Entries(db).Matching(filter, taxonomies).Where(entry => entry.OfferIds.Length > 0);
        if (paging.IsNdjson) return new NdjsonStream(Stream(entries, view => view.Offers.Select(offer => One(view, offer)), ct));
        if (minimal)
        {
            var all = new List<HsdsServiceStub>();
            using var turn = await work.TakeTurnAsync(ct);
            await foreach (var stub in Stream(entries, view => view.Offers.Select(offer => (object)HsdsMapping.Stub(view, offer)), ct)) all.Add((HsdsServiceStub)stub);
            return Reads.Ok((paging with { Page = 1 }).Of(all, all.Count, Math.Max(1, all.Count)));
        }

        var total = await entries.SumAsync(entry => (long)entry.OfferIds.Length, ct);
        var ids = await entries.SelectMany(entry => entry.OfferIds, (entry, id) => new { Entry = entry.Id, Id = id }).OrderBy(key => key.Entry).ThenBy(key => key.Id)
            .Skip(paging.Skip).Take(paging.Take).Select(key => new OfferKey(key.Entry, key.Id)).ToListAsync(ct);
        var page = await OffersAsync(db, ids, offer => offer.Id, ct);
        return Reads.Ok(paging.Of([.. page.Select(found => One(found.View, found.Offer))], total));

        HsdsService One(AssociationView view, Offer offer) => full ? mapping.FullService(view, offer, baseUrl) : mapping.ListedService(view, offer, baseUrl);
    }

    private static async Task<Results<ReadResult<HsdsService>, ProblemHttpResult>> GetService(
        [Description("Id of the offer")] string id, HttpContext http, RegistryDb db, HsdsMapping mapping, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var guid)) return NotFound("service").ToResult();
        var entry = await HsdsQuery.Entries(db).Where(one => one.OfferIds.Contains(guid)).OrderBy(one => one.Id).FirstOrDefaultAsync(ct);
        if (entry is null) return NotFound("service").ToResult();
        var view = Public(entry);
        return Reads.Ok(mapping.FullService(view, view.Offers.First(offer => offer.Id == guid), BaseUrl(http)), entry.Version, entry.UpdatedAt);
    }

    private static async Task<Results<ReadResult<HsdsPage<HsdsOrganization>>, NdjsonStream, ProblemHttpResult>> ListOrganizations(
        HttpContext http, [AsParameters] HsdsPaging paging, RegistryDb db, HsdsMapping mapping, HsdsTaxonomies taxonomies,
        [Description("Words in the names of associations and offers")] string? search = null,
        [Description("With all that belongs to it")] bool full = false,
        [FromQuery(Name = "full_service"), Description("With its services and all that belongs to them")] bool fullService = false, CancellationToken ct = default)
    {
        var faults = paging.Faults().Concat(HsdsQuery.Faults(new(search, null, null, null, null), taxonomies)).ToArray();
        if (faults.Length > 0) return Query.Invalid(faults).ToResult();

        var baseUrl = BaseUrl(http);
        var entries = HsdsQuery.Entries(db).Naming(search);
        if (paging.IsNdjson) return new NdjsonStream(Stream(entries, view => [One(view)], ct));
        var total = await entries.LongCountAsync(ct);
        var page = await entries.OrderBy(entry => entry.Id).Skip(paging.Skip).Take(paging.Take).ToListAsync(ct);
        return Reads.Ok(paging.Of([.. page.Select(entry => One(Public(entry)))], total));

        HsdsOrganization One(AssociationView view) => full || fullService ? mapping.FullOrganization(view, baseUrl, fullService) : mapping.Organization(view, baseUrl);
    }

    private static async Task<Results<ReadResult<HsdsOrganization>, ProblemHttpResult>> GetOrganization(
        [Description("Id of the association")] string id, HttpContext http, RegistryDb db, HsdsMapping mapping,
        [FromQuery(Name = "full_service"), Description("With its services and all that belongs to them")] bool fullService = false, CancellationToken ct = default)
    {
        if (!Guid.TryParse(id, out var guid)) return NotFound("organization").ToResult();
        var entry = await HsdsQuery.Entries(db).SingleOrDefaultAsync(one => one.Id == guid, ct);
        if (entry is null) return NotFound("organization").ToResult();
        return Reads.Ok(mapping.FullOrganization(Public(entry), BaseUrl(http), fullService), entry.Version, entry.UpdatedAt);
    }

    /// <summary>Which offer of which entry.</summary>
    internal sealed record OfferKey(Guid Entry, Guid Id);

    /// <summary>The offers of a page in its order, with one statement for their entries.</summary>
    internal static async Task<List<(AssociationView View, Offer Offer)>> OffersAsync(RegistryDb db, List<OfferKey> page, Func<Offer, Guid> idOf, CancellationToken ct)
    {
        var owners = page.Select(key => key.Entry).Distinct().ToArray();
        var views = (await db.Associations.AsNoTracking().Where(entry => owners.Contains(entry.Id)).ToListAsync(ct)).ToDictionary(entry => entry.Id, Public);
        var found = new List<(AssociationView, Offer)>(page.Count);
        foreach (var key in page)
        {
            // Changed since the first statement: what is no longer there is left out, as it would be on the next call.
            if (views.GetValueOrDefault(key.Entry) is { } view && view.Offers.FirstOrDefault(offer => idOf(offer) == key.Id) is { } offer) found.Add((view, offer));
        }

        return found;
    }

    /// <summary>
    /// Everything, some entries at a time in the order of their ids: while rows are handed on, to a reader who may be slow, no
    /// connection to the database is held.
    /// </summary>
    internal static async IAsyncEnumerable<object> Stream(
        IQueryable<Association> entries, Func<AssociationView, IEnumerable<object?>> map, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var last = Guid.Empty;
        while (true)
        {
            var some = await entries.Where(entry => entry.Id > last).OrderBy(entry => entry.Id).Take(AtATime).ToListAsync(ct);
            foreach (var row in some.SelectMany(entry => map(Public(entry))))
            {
                if (row is not null) yield return row;
            }

            if (some.Count < AtATime) yield break;
            last = some[^1].Id;
        }
    }
}
