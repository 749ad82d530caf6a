using System.Diagnostics;

namespace Wir.WelcomePackage.Tests;

/// <summary>Counts the calls that this process makes to the database within one trace. A batch is one call; batches here have a fixed number of statements.</summary>
internal sealed class DatabaseCalls : IDisposable
{
    private readonly ActivityTraceId _trace = ActivityTraceId.CreateRandom();
    private readonly ActivityListener _listener;
    private int _count;

    public DatabaseCalls()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.Source.Name == "Npgsql" && activity.TraceId == _trace && (activity.GetTagItem("db.query.text") is not null || activity.Kind == ActivityKind.Client)) Interlocked.Increment(ref _count);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Count => _count;

    /// <summary>For the request that is to be followed.</summary>
    public string TraceParent => $"00-{_trace.ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-01";

    public void Dispose() => _listener.Dispose();
}
