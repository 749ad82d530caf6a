using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wir.ServiceDefaults.Hosting;

internal static class HealthEndpoints
{
    /// <summary>Checks with this tag decide whether the service gets requests.</summary>
    public const string Ready = "ready";

    /// <summary>
    /// For operators, at the internal port alone: a check asks the database and the broker. Without such a port there are none.
    /// <c>/version</c> costs nothing and tells a load balancer that the program answers.
    /// </summary>
    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/version", (ServiceInfo info) => TypedResults.Ok(new { info.Version, info.Commit }))
            .AllowAnonymous().ExcludeFromDescription();
        if (InternalListener.PortOf(app.Configuration) is null) return;
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = check => check.Name == "process", ResponseWriter = WriteAsync }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = WriteAsync }).AllowAnonymous();
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    /// <summary>Descriptions and data are written by the checks for operators; exceptions stay in the log.</summary>
    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(new
        {
            status = Name(report.Status),
            durationMilliseconds = Math.Round(report.TotalDuration.TotalMilliseconds, 1),
            checks = report.Entries.ToDictionary(entry => entry.Key, entry => new
            {
                status = Name(entry.Value.Status),
                entry.Value.Description,
                durationMilliseconds = Math.Round(entry.Value.Duration.TotalMilliseconds, 1),
                entry.Value.Data,
            }),
        });

    private static string Name(HealthStatus status) => JsonNamingPolicy.KebabCaseLower.ConvertName(status.ToString());
}
