namespace Wir.Gateway;

/// <summary>Configuration section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>Time after which clients and keys are read again: the longest that a revoked key still works.</summary>
    public TimeSpan KeyRefresh { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Age at which a signing key gets a successor.</summary>
    public TimeSpan SigningKeyAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a new signing key stands in the JWKS before it signs, and an old one after it has stopped.</summary>
    public TimeSpan SigningKeyOverlap { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Networks of the proxies in front of the gateway (<c>10.0.0.0/8</c>), whose <c>X-Forwarded-For</c> counts. None by default.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Largest body of a request without credentials, bytes.</summary>
    public long AnonymousBodySize { get; init; } = 1024 * 1024;

    /// <summary>Largest body of a client's request, bytes; the services limit each route further.</summary>
    public long ClientBodySize { get; init; } = 64 * 1024 * 1024;

    /// <summary>Reads per minute from one address without credentials.</summary>
    public int AnonymousReadsPerMinute { get; init; } = 6_000;

    /// <summary>Other requests per minute from one address without credentials.</summary>
    public int AnonymousWritesPerMinute { get; init; } = 120;

    /// <summary>Requests per minute of a client that has no limit of its own.</summary>
    public int ClientRequestsPerMinute { get; init; } = 30_000;

    /// <summary>Longest silence of a service within an answer.</summary>
    public TimeSpan ActivityTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a service whose instances all fail is left alone.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(3);
}
