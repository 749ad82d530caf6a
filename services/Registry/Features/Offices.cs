using Microsoft.Extensions.Options;
using Wir.Areas;

namespace Wir.Registry.Features;

/// <summary>The office in charge of an area: what its name is, and where it can be reached.</summary>
/// <param name="Area">Area for which the office is named; its work comes from there and from below, where no other is
/// named.</param>
/// <param name="Name">As people know it.</param>
/// <param name="Email">Its own address, never a person's; null when none is named.</param>
public sealed record Office(string Area, string Name, string? Email)
{
    public override string ToString() => Email is null ? Name : $"{Name} ({Email})";
}

/// <summary>Finds offices: the one named for the area, or for the nearest area above it.</summary>
public sealed class Offices(AreaRegister areas, IOptions<RegistryOptions> options)
{
    /// <summary>Where none is named, the area's own name stands for its administration.</summary>
    public Office Of(string area)
    {
        var above = areas.AncestorsAndSelf(area).FirstOrDefault(one => options.Value.Offices.ContainsKey(one.Key));
        if (above is null) return new(area, areas.Find(area)?.Name ?? area, null);
        var named = options.Value.Offices[above.Key];
        return new(above.Key, named.Name ?? above.Name, named.Email);
    }

    /// <summary>All areas that the office is in charge of.</summary>
    public string[] AreasOf(Office office) =>
        [.. areas.DescendantsAndSelf(office.Area).Select(area => area.Key).Where(key => Of(key) == office)];
}
