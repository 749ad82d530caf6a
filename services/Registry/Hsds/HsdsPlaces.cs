using System.Globalization;
using Wir.Areas;
using Wir.Registry.Codes;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;

namespace Wir.Registry.Hsds;

/// <summary>Places of an association and of what it offers.</summary>
internal sealed class HsdsPlaces(AreaRegister areas, CodeLists codes)
{
    /// <summary>Where the association itself is to be found.</summary>
    public HsdsLocation? Home(AssociationView entry) => entry.Address is null && entry.Location is null
        ? null
        : Location(entry, null, entry.Address, entry.Location?.Lat, entry.Location?.Lon, entry.Accessibility);

    /// <summary>Where the offer takes place; at the association's own place when it names none.</summary>
    public HsdsLocation? Of(AssociationView entry, Offer offer) => !offer.IsPlaced(entry.Address, entry.Location) ? null : offer.Place is { } place
        ? Location(entry, place.Name, place.Address, place.Lat, place.Lon, offer.Accessibility.Count > 0 ? offer.Accessibility : entry.Accessibility)
        : Home(entry);

    private HsdsLocation Location(AssociationView entry, string? name, Address? address, double? lat, double? lon, IReadOnlyList<string> accessibility)
    {
        // Equal places of one association are one place.
        var id = DerivedId.Of("location", entry.Id, name ?? "", $"{address?.Street} {address?.HouseNumber} {address?.PostalCode} {address?.Place}",
            string.Create(CultureInfo.InvariantCulture, $"{lat};{lon}"), string.Join(',', accessibility));
        return new HsdsLocation
        {
            Id = id,
            LocationType = "physical",
            OrganizationId = entry.Id,
            Name = name ?? entry.Name,
            Latitude = lat,
            Longitude = lon,
            Addresses = AddressOf(id, entry.Area, address) is { } postal ? [postal] : null,
            Accessibility = accessibility.Select(code => new HsdsAccessibility(DerivedId.Of("accessibility", id, code), id, codes.Accessibility.Find(code)?.De ?? code)).OrNull(),
        };
    }

    /// <summary>An address without postal code or place is none in HSDS.</summary>
    private HsdsAddress? AddressOf(Guid locationId, string area, Address? address)
    {
        if (address is not { PostalCode: { Length: > 0 } code, Place: { Length: > 0 } city }) return null;
        var above = areas.AncestorsAndSelf(area);
        return new HsdsAddress
        {
            Id = DerivedId.Of("address", locationId),
            LocationId = locationId,
            Address1 = string.IsNullOrWhiteSpace(address.Street) ? city : $"{address.Street} {address.HouseNumber}".Trim(),
            City = city,
            Region = above.FirstOrDefault(one => one.Level == AreaLevel.District)?.Name,
            StateProvince = above.FirstOrDefault(one => one.Level == AreaLevel.Land)?.Name ?? "",
            PostalCode = code,
            Country = "DE",
            AddressType = "physical",
        };
    }
}
