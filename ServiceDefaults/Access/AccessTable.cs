namespace Wir.ServiceDefaults.Access;

/// <summary>Who may call a route.</summary>
/// <param name="Scopes">Any one of these is needed; empty = every token, the anonymous one included.</param>
public sealed record AccessRule(string Method, string Path, params IReadOnlyList<string> Scopes)
{
    /// <summary>
    /// True when the scope counts only for the caller's areas; those of <see cref="Access.Scopes.OfThePlatform"/> count
    /// for all. The handler checks the area: 403 otherwise, or a list of the caller's own.
    /// </summary>
    public bool ByArea { get; init; }

    /// <summary>True when a second person has to decide: nobody approves their own.</summary>
    public bool FourEyes { get; init; }
}

/// <summary>
/// The one table of role × route. A route of a service that is missing here cannot be mapped (the service does not start),
/// and a test walks every route of every OpenAPI document against it. Paths are route patterns without constraints.
/// </summary>
public static partial class AccessTable
{
    public static IReadOnlyList<AccessRule> Rules { get; } = [.. Registry, .. Welcome, .. Monitor, .. Gateway, .. Internal];

    /// <summary>What every service has, on its own path; a service's own row for the same route comes first. Internal routes are for operators.</summary>
    private static AccessRule[] Internal =>
    [
        new("GET", "/api/{service}/v1/changes"),
        new("GET", "/api/{service}/v1/internal/events", Scopes.ReadEvents, Scopes.ReadInternal) { ByArea = true },
        new("GET", "/api/{service}/v1/internal/messaging", Scopes.PlatformAdmin),
        new("POST", "/api/{service}/v1/internal/messaging/replay", Scopes.PlatformAdmin),
        new("GET", "/api/{service}/v1/internal/jobs", Scopes.PlatformAdmin),
        new("POST", "/api/{service}/v1/internal/jobs/{id}/replay", Scopes.PlatformAdmin),
    ];
}
