using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Wir.Jobs;

/// <summary>Spans and numbers of jobs. The trace context is stored on the row, so a job stands in the trace of the request that asked for it.</summary>
internal static class JobTelemetry
{
    public const string Name = "Wir.Jobs";

    private static readonly ActivitySource s_source = new(Name);

    public static Meter Meter { get; } = new(Name);

    public static Counter<long> Finished { get; } = Meter.CreateCounter<long>("wir.jobs.finished", "{job}", "Jobs done");

    public static Counter<long> Failed { get; } = Meter.CreateCounter<long>("wir.jobs.failed", "{run}", "Runs that failed");

    public static Counter<long> Refused { get; } = Meter.CreateCounter<long>("wir.jobs.refused", "{run}", "Runs whose writes were refused because their lease was over");

    public static Activity? Start(string kind, Guid id, int attempt, string? traceParent)
    {
        var parent = ActivityContext.TryParse(traceParent, null, out var context) ? context : default;
        var activity = s_source.StartActivity($"job {kind}", ActivityKind.Consumer, parent);
        activity?.SetTag("wir.job.id", id);
        activity?.SetTag("wir.job.attempt", attempt);
        return activity;
    }
}
