using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Wir.Gateway.Tokens;

namespace Wir.Gateway.Edge;

/// <summary>How much of its limit somebody has used: what the <c>RateLimit</c> headers tell.</summary>
/// <param name="Policy"><c>reads</c>, <c>writes</c> or <c>client</c>.</param>
/// <param name="Limit">Requests per minute.</param>
/// <param name="Remaining">Requests left at this moment.</param>
/// <param name="RetryAfter">Time until the next request is taken; zero when this one was.</param>
internal sealed record Quota(string Policy, int Limit, int Remaining, TimeSpan RetryAfter)
{
    public bool IsExceeded => RetryAfter > TimeSpan.Zero;

    private int Seconds => Math.Max(1, (int)Math.Ceiling(RetryAfter.TotalSeconds));

    /// <summary>As in <c>RateLimit: "reads";r=5990;t=1</c>.</summary>
    public void Tell(IHeaderDictionary headers)
    {
        headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{Policy}\";q={Limit};w=60");
        headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{Policy}\";r={Remaining};t={(IsExceeded ? Seconds : 1)}");
        if (IsExceeded) headers.RetryAfter = Seconds.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>
/// Buckets that fill at the limit's rate and hold a minute's worth: per client, per person, and per address for those without credentials.
/// Each instance of the gateway counts for itself.
/// </summary>
internal sealed class Quotas(IOptions<GatewayOptions> options, TimeProvider time)
{
    private const int Most = 100_000;
    private readonly ConcurrentDictionary<(string Policy, string Who), Bucket> _buckets = [];
    private int _made;

    public Quota Take(Principal principal, IPAddress? address, bool isRead)
    {
        var (policy, who, limit) = principal.IsAnonymous
            ? isRead ? ("reads", Network(address), options.Value.AnonymousReadsPerMinute) : ("writes", Network(address), options.Value.AnonymousWritesPerMinute)
            : ("client", principal.Subject, principal.RequestsPerMinute ?? options.Value.ClientRequestsPerMinute);
        var now = time.GetUtcNow().UtcTicks;
        var (remaining, wait) = (_buckets.TryGetValue((policy, who), out var known) ? known : Make((policy, who), limit, now)).Take(limit, now);
        return new(policy, limit, remaining, wait);
    }

    private Bucket Make((string Policy, string Who) key, int limit, long now)
    {
        // Counting locks the whole dictionary, so it is not for every request. A full bucket says no more than none.
        if (Interlocked.Increment(ref _made) % 1_000 == 0 && _buckets.Count > Most)
        {
            foreach (var full in _buckets.Where(pair => pair.Value.IsFull(now)).ToArray()) _buckets.TryRemove(full);
        }

        return _buckets.GetOrAdd(key, new Bucket(limit, now));
    }

    /// <summary>One household has one IPv4 address or one /64 of IPv6.</summary>
    private static string Network(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() : Convert.ToHexString(address.GetAddressBytes(), 0, 8);
    }

    private sealed class Bucket(int limit, long now)
    {
        private readonly Lock _lock = new();
        private double _tokens = limit;
        private int _limit = limit;
        private long _at = now;

        public bool IsFull(long now)
        {
            lock (_lock) return Refilled(now) >= _limit;
        }

        public (int Remaining, TimeSpan Wait) Take(int limit, long now)
        {
            lock (_lock)
            {
                _limit = limit;
                // The clock of a machine may be set back; nobody is to wait for that.
                (_tokens, _at) = (Refilled(now), Math.Max(now, _at));
                if (_tokens < 1) return (0, TimeSpan.FromMinutes((1 - _tokens) / limit));
                _tokens -= 1;
                return ((int)_tokens, TimeSpan.Zero);
            }
        }

        private double Refilled(long now) => Math.Min(_limit, _tokens + (Math.Max(0, now - _at) / (double)TimeSpan.TicksPerMinute * _limit));
    }
}
