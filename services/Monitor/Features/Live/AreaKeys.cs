using NodaTime;
using Wir.Areas;

namespace Wir.Monitor.Features.Live;

/// <summary>The area keys under which events of an area stand: its own, of all below it, and of what was merged into them.</summary>
public sealed class AreaKeys(AreaRegister areas, TimeProvider time)
{
    public LocalDate Today => time.Today();

    public string[] Of(Area area) => [.. areas.All
        .Where(candidate => areas.IsWithin(candidate.Key, area.Key) || (areas.Resolve(candidate.Key, Today).Area is { } now && areas.IsWithin(now.Key, area.Key)))
        .Select(candidate => candidate.Key)];

    /// <summary>The municipality in charge today of what was filed under a key.</summary>
    public string InChargeOf(string key) => areas.Resolve(key, Today).Area?.Key ?? key;
}
