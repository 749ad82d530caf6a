using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;

namespace Wir.Gateway.Proxy;

/// <summary>Which path goes where. Paths pass unchanged.</summary>
internal static class ProxyRoutes
{
    public const string Portal = "portal";

    public static IReadOnlyList<RouteConfig> Routes =>
    [
        To("registry", "/api/registry/v1/{**rest}"),
        To("registry", "/hsds/{**rest}"),
        To("welcomepackage", "/api/welcome/v1/{**rest}"),
        To("welcomepackage", "/integreat/api/v3/{**rest}"),
        To("monitor", "/api/monitor/v1/{**rest}"),
        Document("registry", "/openapi/registry.json"),
        Document("welcomepackage", "/openapi/welcome.json"),
        Document("monitor", "/openapi/monitor.json"),
        // Last of all: what nobody else answers is a page. Paths for programs never are.
        new() { RouteId = Portal, ClusterId = Portal, Order = int.MaxValue, Match = new() { Path = "/{**rest}" } },
    ];

    public static IReadOnlyList<ClusterConfig> Clusters(IOptions<GatewayOptions> options) =>
        [.. new[] { "registry", "welcomepackage", "monitor", Portal }.Select(service => new ClusterConfig
        {
            ClusterId = service,
            Destinations = new Dictionary<string, DestinationConfig> { [service] = new() { Address = $"http://{service}" } },
            HealthCheck = new HealthCheckConfig
            {
                // With no healthy instance all are tried: it may be the check that is wrong.
                AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
                Passive = new() { Enabled = true, Policy = HealthCheckConstants.PassivePolicy.TransportFailureRate, ReactivationPeriod = TimeSpan.FromSeconds(5) },
                Active = new()
                {
                    Enabled = true, Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures, Path = "/version",
                    Interval = TimeSpan.FromSeconds(5), Timeout = TimeSpan.FromSeconds(2),
                },
            },
            HttpRequest = new ForwarderRequestConfig { ActivityTimeout = options.Value.ActivityTimeout, AllowResponseBuffering = false },
        })];

    /// <summary>Largest body that a client may send to a path, bytes.</summary>
    public static long BodySizeOf(PathString path, GatewayOptions options) =>
        path.StartsWithSegments("/api/monitor/v1/imports") ? options.ImportSize
        : path.StartsWithSegments("/api/welcome/v1/media") ? options.MediumSize
        : options.ClientBodySize;

    private static RouteConfig To(string service, string path) => new() { RouteId = path, ClusterId = service, Match = new() { Path = path } };

    private static RouteConfig Document(string service, string path) => To(service, path) with
    {
        Match = new() { Path = path, Methods = ["GET", "HEAD"] },
        Transforms = [new Dictionary<string, string> { ["PathSet"] = "/openapi/v1.json" }],
    };
}
