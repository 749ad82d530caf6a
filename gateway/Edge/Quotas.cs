using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Wir.Gateway.Tokens;
using Wir.ServiceDefaults.Errors;

namespace Wir.Gateway.Edge;

/// <summary>How much of its limit somebody has used: what the <c>RateLimit</c> headers tell.</summary>
/// <param name="Policy"><c>reads</c>, <c>writes</c>, <c>client</c>, <c>formulas</c>, or <c>refusals</c> of credentials.</param>
/// <param name="Limit">Requests per minute.</param>
/// <param name="Remaining">Requests left at this moment.</param>
/// <param name="RetryAfter">Time until the next request is taken; zero when this one was.</param>
internal sealed record Quota(string Policy, int Limit, int Remaining, TimeSpan RetryAfter)
{
    public bool IsExceeded => RetryAfter > TimeSpan.Zero;

    /// <summary>What is answered when it is used up.</summary>
    public ProblemCase ToProblem() => CommonProblems.TooManyRequests.With(Policy == "refusals"
        ? new("Zu viele ungültige Schlüssel oder Anmeldungen von dieser Adresse.", "Too many invalid keys or sign-ins from this address.")
        : new($"Erlaubt sind {Limit} Anfragen je Minute.", $"Allowed are {Limit} requests per minute."));

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
/// released. Beside the rate each has a number of requests that may be open at the same time; a few more wait.
/// </summary>
internal sealed class Quotas(IOptions<GatewayOptions> options) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly PartitionedRateLimiter<Holder> _buckets = PartitionedRateLimiter.Create<Holder, Holder>(
        static holder => RateLimitPartition.GetTokenBucketLimiter(holder, CreateBucket));

    private readonly PartitionedRateLimiter<Holder> _open = PartitionedRateLimiter.Create<Holder, Holder>(
        static holder => RateLimitPartition.GetConcurrencyLimiter(holder, static one => new()
        {
            PermitLimit = one.Limit, QueueLimit = 4 * one.Limit, QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        }));

    /// <summary>A place for one open request. It waits a moment while all are taken; not acquired when none came free, or too many wait.</summary>
    public ValueTask<RateLimitLease> EnterAsync(Principal principal, IPAddress? address, CancellationToken ct)
    {
        var holder = principal.IsAnonymous
            ? new Holder("open", Network(address), options.Value.AnonymousOpenRequests)
            : new Holder("open", principal.Subject, options.Value.ClientOpenRequests);
        var place = _open.AttemptAcquire(holder);
        return place.IsAcquired ? new(place) : WaitAsync(holder, place, ct);
    }

    private async ValueTask<RateLimitLease> WaitAsync(Holder holder, RateLimitLease none, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_patience);
        try
        {
            return await _open.AcquireAsync(holder, 1, patience.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return none;
        }
    }

    public Quota Take(Principal principal, IPAddress? address, bool isRead)
    {
        var holder = principal.IsAnonymous
            ? isRead
                ? new Holder("reads", Network(address), options.Value.AnonymousReadsPerMinute)
                : new Holder("writes", Network(address), options.Value.AnonymousWritesPerMinute)
            : new Holder(
                "client", principal.Subject, principal.RequestsPerMinute ?? options.Value.ClientRequestsPerMinute);
        return Take(holder);
    }

    /// <summary>One more formula, beside the request itself: it is computed, where an indicator is only read.</summary>
    public Quota TakeFormula(Principal principal, IPAddress? address) => Take(new(
        "formulas", principal.IsAnonymous ? Network(address) : principal.Subject, options.Value.FormulasPerMinute));

    /// <summary>One more try with credentials that do not hold.</summary>
    public Quota TakeRefusal(IPAddress? address) =>
        Take(new("refusals", Network(address), options.Value.RefusalsPerMinute));

    private Quota Take(Holder holder)
    {
        using var lease = _buckets.AttemptAcquire(holder);
        if (!lease.IsAcquired) return new(holder.Policy, holder.Limit, 0, Interval(holder));
        var remaining = (int)(_buckets.GetStatistics(holder)?.CurrentAvailablePermits ?? 0);
        return new(holder.Policy, holder.Limit, remaining, TimeSpan.Zero);
    }

    public void Dispose()
    {
        _buckets.Dispose();
        _open.Dispose();
    }

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
    /// <param name="address">Where a request comes from.</param>
    /// <param name="bytes">How much of an IPv6 address is the network.</param>
    internal static string Network(IPAddress? address, int bytes = 8)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? address.ToString()
            : Convert.ToHexString(address.GetAddressBytes(), 0, bytes);
    }

    /// <param name="Policy">As in <see cref="Quota"/>.</param>
    /// <param name="Who">Client, person, or network.</param>
    /// <param name="Limit">A limit that changes begins with a full bucket.</param>
    private readonly record struct Holder(string Policy, string Who, int Limit);
}
