using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Wir.ServiceDefaults.Hosting;

/// <summary>
/// A second port for operators alone, when <c>Wir:InternalPort</c> names one: <c>/metrics</c> for Prometheus, and the health endpoints.
/// Nothing else is answered there, and they are answered nowhere else.
/// </summary>
internal static class InternalListener
{
    public const string PortKey = "Wir:InternalPort";
    private const string MetricsPath = "/metrics";

    /// <summary>The port, or null when there is none.</summary>
    public static int? PortOf(IConfiguration configuration) =>
        configuration[PortKey] is { Length: > 0 } port ? int.Parse(port, CultureInfo.InvariantCulture) : null;

    public static void AddInternalListener(this WebApplicationBuilder builder)
    {
        if (PortOf(builder.Configuration) is not { } port) return;
        var urls = builder.Configuration[WebHostDefaults.ServerUrlsKey] ?? "http://127.0.0.1:5000";
        // Aspire names every endpoint in the addresses already.
        if (urls.Split(';').Any(url => url.TrimEnd('/').EndsWith($":{port}", StringComparison.Ordinal))) return;
        // On the machine alone where the service itself is; else on all addresses, for the container's network.
        var host = urls.Contains("127.0.0.1", StringComparison.Ordinal) || urls.Contains("localhost", StringComparison.Ordinal) ? "127.0.0.1" : "*";
        builder.WebHost.UseUrls($"{urls};http://{host}:{port}");
    }

    /// <summary>Before everything else: what comes in at the internal port goes nowhere else, and the other way round.</summary>
    public static void UseInternalListener(this WebApplication app)
    {
        if (PortOf(app.Configuration) is not { } port) return;
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context =>
            context.Connection.LocalPort == port && context.Request.Path == MetricsPath
            && HttpMethods.IsGet(context.Request.Method));
        app.Use((context, next) =>
        {
            var inside = context.Connection.LocalPort == port;
            if (inside == context.Request.Path.StartsWithSegments("/health")) return next(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }
}
