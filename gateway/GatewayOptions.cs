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

    /// <summary>Largest body of a request without credentials, bytes: more than a person types.</summary>
    public long AnonymousBodySize { get; init; } = 64 * 1024;

    /// <summary>Largest body of a client's request, bytes. No service may take less (its server's limit is 1 MiB).</summary>
    public long ClientBodySize { get; init; } = 1024 * 1024;

    /// <summary>Largest file of numbers, bytes, at <c>/api/monitor/v1/imports</c>. The monitor takes up to 128 MiB.</summary>
    public long ImportSize { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Largest picture with its form, bytes, at <c>/api/welcome/v1/media</c>: what the welcome package takes
    /// (<c>WelcomePackage:MaxMediumSize</c>) and 64 KiB.
    /// </summary>
    public long MediumSize { get; init; } = (8 * 1024 * 1024) + (64 * 1024);

    /// <summary>Reads per minute from one address without credentials.</summary>
    public int AnonymousReadsPerMinute { get; init; } = 6_000;

    /// <summary>Other requests per minute from one address without credentials.</summary>
    public int AnonymousWritesPerMinute { get; init; } = 120;

    /// <summary>Formulas per minute of one address, client or person, as part of their reads.</summary>
    public int FormulasPerMinute { get; init; } = 120;

    /// <summary>Requests of one address without credentials that may be open at the same time; a shelter shares one address.</summary>
    public int AnonymousOpenRequests { get; init; } = 32;

    /// <summary>Requests of one client or person that may be open at the same time.</summary>
    public int ClientOpenRequests { get; init; } = 64;

    /// <summary>Requests per minute from one address with a key or a sign-in that does not hold.</summary>
    public int RefusalsPerMinute { get; init; } = 60;

    /// <summary>Requests per minute of a client that has no limit of its own.</summary>
    public int ClientRequestsPerMinute { get; init; } = 30_000;

    /// <summary>
    /// Clients that are not revoked, at most, for each area that they name, as long as no operator makes them. What
    /// lies below is counted there: a municipality does not use up what its district has.
    /// </summary>
    public int ClientsOfAManager { get; init; } = 200;

    /// <summary>Valid keys of one client, at most, as long as no operator makes them.</summary>
    public int KeysOfAClient { get; init; } = 10;

    /// <summary>Longest silence of a service within an answer.</summary>
    public TimeSpan ActivityTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a service whose instances all fail is left alone.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(3);
}
