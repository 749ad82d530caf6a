using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
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
/// Buckets that fill at the limit's rate and hold a minute's worth: per client, per person, and per address for those
/// without credentials. Each instance of the gateway counts for itself. A bucket that has been full for ten seconds is
/// released.
/// </summary>
internal sealed class Quotas(IOptions<GatewayOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<Holder> _buckets = PartitionedRateLimiter.Create<Holder, Holder>(
        static holder => RateLimitPartition.GetTokenBucketLimiter(holder, CreateBucket));

    public Quota Take(Principal principal, IPAddress? address, bool isRead)
    {
        var holder = principal.IsAnonymous
            ? isRead
                ? new Holder("reads", Network(address), options.Value.AnonymousReadsPerMinute)
                : new Holder("writes", Network(address), options.Value.AnonymousWritesPerMinute)
            : new Holder(
                "client", principal.Subject, principal.RequestsPerMinute ?? options.Value.ClientRequestsPerMinute);
        using var lease = _buckets.AttemptAcquire(holder);
        if (!lease.IsAcquired) return new(holder.Policy, holder.Limit, 0, Interval(holder));
        var remaining = (int)(_buckets.GetStatistics(holder)?.CurrentAvailablePermits ?? 0);
        return new(holder.Policy, holder.Limit, remaining, TimeSpan.Zero);
    }

    public void Dispose() => _buckets.Dispose();

    private static TokenBucketRateLimiterOptions CreateBucket(Holder holder) => new()
    {
        TokenLimit = holder.Limit,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = Interval(holder),
        QueueLimit = 0,
        // The partitions' own timer fills them, ten times a second.
        AutoReplenishment = false,
    };

    /// <summary>After so long one more request is taken.</summary>
    private static TimeSpan Interval(Holder holder) => TimeSpan.FromMinutes(1) / holder.Limit;

    /// <summary>One household has one IPv4 address or one /64 of IPv6.</summary>
    private static string Network(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() : Convert.ToHexString(address.GetAddressBytes(), 0, 8);
    }

    /// <param name="Policy">As in <see cref="Quota"/>.</param>
    /// <param name="Who">Client, person, or network.</param>
    /// <param name="Limit">A limit that changes begins with a full bucket.</param>
    private readonly record struct Holder(string Policy, string Who, int Limit);
}
