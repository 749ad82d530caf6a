using System.Globalization;
using Wir.ServiceDefaults.Lookup;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Wir.Gateway.Proxy;

/// <summary>All instances of a service, found as everywhere on the platform.</summary>
internal sealed class ServiceDestinations(ServiceLookup lookup) : IDestinationResolver
{
    public ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        var resolved = destinations.SelectMany(destination => lookup.All(new Uri(destination.Value.Address)).Select((address, index) => KeyValuePair.Create(
            string.Create(CultureInfo.InvariantCulture, $"{destination.Key}{index}"), destination.Value with { Address = address.ToString() })));
        return ValueTask.FromResult(new ResolvedDestinationCollection(new Dictionary<string, DestinationConfig>(resolved), null));
    }
}
