using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Wir.Jobs.Running;
using Wir.Jobs.Storage;
using Wir.Messaging;

namespace Wir.Jobs;

/// <summary>Registration of jobs in a service.</summary>
public static class JobsExtensions
{
    /// <summary>Runs the service's jobs: <c>builder.AddJobs&lt;RegistryDb&gt;(jobs => jobs.On&lt;SendMail&gt;("mail"))</c>.</summary>
    /// <param name="builder">The service's builder; its database is registered with <c>AddServiceDatabase</c>, its tables are made by <c>CreateJobs</c>.</param>
    /// <param name="configure">The kinds of jobs.</param>
    public static IHostApplicationBuilder AddJobs<TDb>(this IHostApplicationBuilder builder, Action<JobsBuilder> configure) where TDb : ServiceDb
    {
        var jobs = new JobsBuilder();
        configure(jobs);
        var services = builder.Services;
        foreach (var kind in jobs.Kinds.Values) services.TryAddScoped(kind.Handler);
        services.AddOptions<JobsOptions>().Bind(builder.Configuration.GetSection(JobsOptions.Section));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(jobs);
        services.AddSingleton<JobStore>();
        services.AddSingleton<JobState>();
        services.AddSingleton<JobRunner, JobRunner<TDb>>();
        services.AddHostedService<JobGauges>();
        services.AddHostedService<JobWorker>();
        services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(JobTelemetry.Name));
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(JobTelemetry.Name));
        return builder;
    }
}
