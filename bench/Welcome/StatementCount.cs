using System.Collections;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Wir.Bench;

/// <summary>Counts the statements that this process sends within one trace; each of a batch counts.</summary>
internal sealed class StatementCount : ILoggerProvider, ILogger
{
    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    private ActivityTraceId _trace;
    private int _count;

    private StatementCount()
    {
        ActivitySource.AddActivityListener(_listener);
        NpgsqlLoggingConfiguration.InitializeLogging(LoggerFactory.Create(logging => logging.AddProvider(this).SetMinimumLevel(LogLevel.Information)));
    }

    public static StatementCount Current { get; } = new();

    public int Count => _count;

    /// <summary>Begins anew with a trace that nobody else has.</summary>
    public ActivityTraceId Follow()
    {
        (_count, _trace) = (0, ActivityTraceId.CreateRandom());
        return _trace;
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Activity.Current?.TraceId != _trace || state is not IEnumerable<KeyValuePair<string, object?>> values) return;
        foreach (var (name, value) in values)
        {
            if (name == "CommandText") Interlocked.Increment(ref _count);
            if (name == "BatchCommands" && value is ICollection commands) Interlocked.Add(ref _count, commands.Count);
        }
    }

    public void Dispose() => _listener.Dispose();
}
