using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Wir.ServiceDefaults.Hosting;

namespace Wir.ServiceDefaults.Telemetry;

internal static class TelemetryDefaults
{
    private static readonly string[] s_sources = ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "MassTransit", "Wir.*"];

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
        // Without this switch the server's spans carry no tags.
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

        if (InternalListener.PortOf(builder.Configuration) is not null) builder.AddPrometheus();
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) return;
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(info.Name, "wir", info.Version, autoGenerateServiceInstanceId: false)
                .AddEnvironmentVariableDetector())
            .WithTracing(tracing => tracing.AddSource(s_sources).AddProcessor(new PrivateSpans()))
            .WithMetrics(metrics => AddMeters(metrics))
            .WithLogging(null, options => options.IncludeScopes = true)
            .UseOtlpExporter();
    }

    private static MeterProviderBuilder AddMeters(MeterProviderBuilder metrics) => metrics
        .AddMeter(s_meters).AddView(instrument => s_unwanted.Contains(instrument.Name, StringComparer.Ordinal) ? MetricStreamConfiguration.Drop : null);

    /// <summary>Metrics for a reader that comes and asks, at <see cref="InternalListener"/>.</summary>
    private static void AddPrometheus(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PrometheusExporter>();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => AddMeters(metrics)
            .AddReader(provider => new BaseExportingMetricReader(provider.GetRequiredService<PrometheusExporter>())));
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
