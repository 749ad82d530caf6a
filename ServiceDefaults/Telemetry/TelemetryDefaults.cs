using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Wir.ServiceDefaults.Hosting;

namespace Wir.ServiceDefaults.Telemetry;

internal static class TelemetryDefaults
{
    private static readonly string[] s_sources = ["Npgsql", "MassTransit", "Wir.*"];

    private static readonly string[] s_meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql", "MassTransit", "Microsoft.EntityFrameworkCore", "Wir.*",
    ];

    /// <summary>Measured at every request, and nobody asks for it: the durations count requests, too.</summary>
    private static readonly string[] s_unwanted =
    [
        "http.server.active_requests", "http.client.active_requests", "http.client.request.time_in_queue", "http.client.open_connections",
    ];

    /// <summary>
    /// Logs go to the console as JSON. Traces, metrics and logs also go to the collector that <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names;
    /// without one nothing leaves, but the trace context still travels.
    /// </summary>
    public static void AddTelemetry(this WebApplicationBuilder builder, ServiceInfo info)
    {
        // The server writes its spans' tags itself: cheaper than the instrumentation, and for every listener.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        builder.Logging.ClearProviders();
        builder.Logging.AddJsonConsole(options =>
        {
            options.IncludeScopes = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        // Their information level writes whole URLs, which hold search texts, coordinates and package codes.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);

        var isScraped = InternalListener.PortOf(builder.Configuration) is not null;
        var isCollected = !string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        if (!isScraped && !isCollected) return;
        var telemetry = builder.Services.AddOpenTelemetry().WithMetrics(metrics =>
        {
            metrics.AddMeter(s_meters).AddProcessInstrumentation().AddView(instrument =>
                s_unwanted.Contains(instrument.Name, StringComparer.Ordinal) ? MetricStreamConfiguration.Drop : null);
            if (isScraped) metrics.AddPrometheusExporter(LeaveOutOrigin);
        });
        if (!isCollected) return;
        // Nobody here uses baggage, so what a stranger sends as baggage goes no further.
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
        telemetry
            .ConfigureResource(resource => resource
                .AddService(info.Name, "wir", info.Version, autoGenerateServiceInstanceId: false)
                .AddEnvironmentVariableDetector())
            .WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddSource(s_sources)
                .AddProcessor(new PrivateSpans()))
            .WithLogging(null, options => options.IncludeScopes = true)
            .UseOtlpExporter();
    }

    /// <summary>Each metric is measured by one meter, and each program is a target of its own.</summary>
    private static void LeaveOutOrigin(PrometheusAspNetCoreOptions options)
    {
        options.ScopeInfoEnabled = false;
        options.TargetInfoEnabled = false;
    }

    /// <summary>Takes out of spans what could say who looked for what: paths and query strings. The route stays.</summary>
    private sealed class PrivateSpans : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            data.SetTag("url.query", null);
            data.SetTag("client.address", null);
            if (data.GetTagItem("url.path") is not null) data.SetTag("url.path", data.GetTagItem("http.route") ?? "/");
            if (data.GetTagItem("url.full") is string full && Uri.TryCreate(full, UriKind.Absolute, out var uri))
            {
                data.SetTag("url.full", $"{uri.Scheme}://{uri.Authority}/");
            }
        }
    }
}
