using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;

namespace Wir.ServiceDefaults.Lookup;

/// <summary>
/// Turns <c>http://registry</c> or <c>https+http://registry</c> into an address from <c>Services:registry:http:0…n</c>
/// (environment <c>services__registry__http__0</c>). A name without configuration stays as it is: the DNS knows it then.
/// </summary>
public sealed class ServiceLookup(IConfiguration configuration)
{
    private readonly ConcurrentDictionary<string, Counter> _turns = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All addresses for a logical one, in the order configured; the address itself, made plain, when nothing is configured.</summary>
    public IReadOnlyList<Uri> All(Uri logical)
    {
        var schemes = logical.Scheme.Split('+');
        var service = configuration.GetSection("Services").GetSection(logical.Host);
        foreach (var name in schemes.Prepend("default"))
        {
            // An endpoint with several addresses has numbered children; one that was written by hand may be a plain value.
            var endpoint = service.GetSection(name);
            var values = endpoint.GetChildren().OrderBy(child => int.TryParse(child.Key, out var index) ? index : int.MaxValue)
                .Select(child => child.Value).Prepend(endpoint.Value).OfType<string>().Where(value => value.Length > 0).ToArray();
            if (values.Length > 0) return [.. values.Select(value => new Uri(value, UriKind.Absolute))];
        }

        return [new UriBuilder(logical) { Scheme = schemes[0], Port = logical.IsDefaultPort ? -1 : logical.Port }.Uri];
    }

    /// <summary>The address for the next request: each of the service's instances in turn.</summary>
    public Uri Resolve(Uri logical)
    {
        var all = All(logical);
        var chosen = all.Count == 1 ? all[0] : all[_turns.GetOrAdd(logical.Host, _ => new()).Next(all.Count)];
        return new UriBuilder(chosen.Scheme, chosen.Host, chosen.Port, logical.AbsolutePath, logical.Query).Uri;
    }

    private sealed class Counter
    {
        private uint _value;

        public int Next(int count) => (int)((Interlocked.Increment(ref _value) - 1) % (uint)count);
    }
}
