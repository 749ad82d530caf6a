using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.Registry.Formats;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Hsds;

/// <summary>Offers at their places.</summary>
internal static class HsdsPlacesEndpoints
{
    private const double MetresPerDegree = 111_195;

    public static async Task<Results<ReadResult<HsdsPage<HsdsServiceAtLocation>>, NdjsonStream, ProblemHttpResult>> List(
        HttpContext http, [AsParameters] HsdsFilter filter, [AsParameters] HsdsPaging paging, RegistryDb db, HsdsMapping mapping, HsdsTaxonomies taxonomies,
        AreaRegister areas, TimeProvider time,
        [Description("Offers for the municipality with this postal code")] string? postcode = null,
        [Description("Metres from the centre of the postal code's municipality")] string? proximity = null,
        [Description("With all that belongs to it")] bool full = false, CancellationToken ct = default)
    {
        var faults = paging.Faults().Concat(HsdsQuery.Faults(filter, taxonomies)).Concat(Faults(postcode, proximity)).ToArray();
        if (faults.Length > 0) return Query.Invalid(faults).ToResult();

        var baseUrl = HsdsEndpoints.BaseUrl(http);
        var entries = HsdsQuery.Entries(db).Matching(filter, taxonomies).Where(entry => entry.PlacedOfferIds.Length > 0);
        if (postcode is not null) entries = Near(entries, areas.ByPostalCode(postcode, time.Today()).Areas, proximity, areas);
        if (paging.IsNdjson) return new NdjsonStream(HsdsEndpoints.Stream(entries, view => view.Offers.Select(offer => (object?)One(view, offer)), ct));

        var total = await entries.SumAsync(entry => (long)entry.PlacedOfferIds.Length, ct);
        var ids = await entries.SelectMany(entry => entry.PlacedOfferIds, (entry, id) => new { Entry = entry.Id, Id = id }).OrderBy(key => key.Entry).ThenBy(key => key.Id)
            .Skip(paging.Skip).Take(paging.Take).Select(key => new HsdsEndpoints.OfferKey(key.Entry, key.Id)).ToListAsync(ct);
        var page = await HsdsEndpoints.OffersAsync(db, ids, offer => DerivedId.OfOfferAtPlace(offer.Id), ct);
        return Reads.Ok(paging.Of([.. page.Select(found => One(found.View, found.Offer)).OfType<HsdsServiceAtLocation>()], total));

        HsdsServiceAtLocation? One(AssociationView view, Offer offer) => full ? mapping.FullAtLocation(view, offer, baseUrl) : mapping.ListedAtLocation(view, offer, baseUrl);
    }

    public static async Task<Results<ReadResult<HsdsServiceAtLocation>, ProblemHttpResult>> Get(
        [Description("Id of the offer at its place")] string id, HttpContext http, RegistryDb db, HsdsMapping mapping, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var guid)) return HsdsEndpoints.NotFound("service at location").ToResult();
        var entry = await HsdsQuery.Entries(db).Where(one => one.PlacedOfferIds.Contains(guid)).OrderBy(one => one.Id).FirstOrDefaultAsync(ct);
        if (entry is null) return HsdsEndpoints.NotFound("service at location").ToResult();
        var view = HsdsEndpoints.Public(entry);
        var offer = view.Offers.First(one => DerivedId.OfOfferAtPlace(one.Id) == guid);
        return Reads.Ok(mapping.FullAtLocation(view, offer, HsdsEndpoints.BaseUrl(http))!, entry.Version, entry.UpdatedAt);
    }

    private static IEnumerable<Fault> Faults(string? postcode, string? proximity)
    {
        if (postcode is not null && (postcode.Length != 5 || !postcode.All(char.IsAsciiDigit))) yield return Query.Fault("postcode", new("Erwartet werden fünf Ziffern.", "Five digits are expected."));
        if (proximity is null) yield break;
        if (postcode is null) yield return Query.Fault("proximity", new("Ohne postcode fehlt der Mittelpunkt.", "Without a postcode there is no centre."));
        if (MetresOf(proximity) is null) yield return Query.Fault("proximity", new("Erwartet werden Meter, 1 bis 500000.", "Metres are expected, 1 to 500000."));
    }

    /// <summary>
    /// Without a distance: offers of the code's municipalities and of all that lies above them. With one: those within it, by the place of the
    /// association.
    /// </summary>
    private static IQueryable<Association> Near(IQueryable<Association> entries, IReadOnlyList<Area> municipalities, string? proximity, AreaRegister areas)
    {
        if (proximity is null)
        {
            var keys = municipalities.SelectMany(area => areas.AncestorsAndSelf(area.Key)).Select(area => area.Key).Distinct().ToArray();
            return entries.Where(entry => keys.Contains(entry.Area));
        }

        if (municipalities.FirstOrDefault(area => area.Latitude is not null && area.Longitude is not null) is not { } centre) return entries.Where(entry => false);
        var degrees = MetresOf(proximity)!.Value / MetresPerDegree;
        var (lat, lon) = (centre.Latitude!.Value, centre.Longitude!.Value);
        // Flat within a district: at 50 km the error is below half a per cent.
        var shrink = Math.Cos(lat * Math.PI / 180);
        return entries.Where(entry => entry.Lat != null && entry.Lon != null
            && ((entry.Lat.Value - lat) * (entry.Lat.Value - lat)) + ((entry.Lon.Value - lon) * shrink * (entry.Lon.Value - lon) * shrink) <= degrees * degrees);
    }

    private static double? MetresOf(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var metres) && metres is >= 1 and <= 500_000 ? metres : null;
}
