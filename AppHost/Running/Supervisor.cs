using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Wir.AppHost.Running;

/// <summary>Starts a server or service again when it has crashed; Aspire leaves it where it fell.</summary>
internal sealed partial class Supervisor(
    DistributedApplicationModel model, ResourceNotificationService states, ResourceCommandService commands, ILogger<Supervisor> logger)
{
    private const int AttemptsBeforeHealthy = 3;

    private static readonly TimeSpan s_stable = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Life> _lives = [];
    private volatile bool _stopping;

    public void Start(CancellationToken cancellation) => _ = WatchAsync(cancellation);

    /// <summary>From now on a process that ends stays ended.</summary>
    public void Stop() => _stopping = true;

    /// <summary>The ids by which Aspire knows a resource: one, or one per replica.</summary>
    public IReadOnlyList<string> Ids(IResource resource) =>
        [.. _lives.Where(l => l.Value.Resource == resource).Select(l => l.Key).Order(StringComparer.Ordinal)];

    /// <summary>How often a process was started again, by its id.</summary>
    public int Restarts(string id) => _lives.GetValueOrDefault(id)?.Restarts ?? 0;

    /// <summary>It crashed too often before it was healthy, and is not started again.</summary>
    public bool HasGivenUp(string id) => _lives.GetValueOrDefault(id)?.GivenUp ?? false;

    private async Task WatchAsync(CancellationToken cancellation)
    {
        var supervised = model.Resources.Where(r => r.IsRun() && r is not ContainerResource && !model.IsJob(r)).ToHashSet();
        await foreach (var change in states.WatchAsync(cancellation))
        {
            var life = _lives.GetOrAdd(change.ResourceId, _ => new Life(change.Resource));
            if (!supervised.Contains(change.Resource)) continue;
            var state = change.Snapshot.State?.Text;
            if (state == KnownResourceStates.Starting || state == KnownResourceStates.Running) life.Restarting = false;
            if (state == KnownResourceStates.Running)
            {
                life.Started ??= DateTimeOffset.UtcNow;
                // Somebody has started it by hand.
                life.GivenUp = false;
                life.WasHealthy |= change.Snapshot.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy;
            }

            // A stop by order passes through this state.
            life.Ordered = state == KnownResourceStates.Stopping || (life.Ordered && state != KnownResourceStates.Running);
            if (state is not ("Finished" or "Exited" or "FailedToStart") || life.Ordered || life.Restarting || life.GivenUp || _stopping) continue;
            life.Restarting = true;
            _ = RestartAsync(change.ResourceId, life, change.Snapshot.ExitCode, cancellation);
        }
    }

    private async Task RestartAsync(string id, Life life, int? exitCode, CancellationToken cancellation)
    {
        life.Failures = life.Started is { } start && DateTimeOffset.UtcNow - start > s_stable ? 1 : life.Failures + 1;
        if (!life.WasHealthy && life.Failures >= AttemptsBeforeHealthy)
        {
            life.GivenUp = true;
            Log.GivenUp(logger, id, life.Failures, exitCode);
            return;
        }

        var pause = Pause(life.Failures);
        Log.StartedAgain(logger, id, exitCode, pause.TotalSeconds);
        await Task.Delay(pause, cancellation);
        life.Started = null;
        // An end may be reported once more when the next process runs already.
        if (_stopping || (states.TryGetCurrentState(id, out var now) && now.Snapshot.Pid() is not null)) return;
        life.Restarts++;
        var started = await commands.ExecuteCommandAsync(id, KnownResourceCommands.StartCommand, cancellation);
        if (started.Success) return;
        Log.NotStarted(logger, id, started.Message);
        life.Restarting = false;
    }

    /// <summary>1 s, 2 s, 4 s … 30 s.</summary>
    internal static TimeSpan Pause(int failures) => TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failures - 1), 30));

    private sealed class Life(IResource resource)
    {
        public readonly IResource Resource = resource;
        public DateTimeOffset? Started;
        public bool WasHealthy, Ordered, Restarting, GivenUp;
        public int Failures, Restarts;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Resource} ended with exit code {ExitCode}; it is started again in {Seconds} s")]
        public static partial void StartedAgain(ILogger logger, string resource, int? exitCode, double seconds);

        [LoggerMessage(2, LogLevel.Error, "{Resource} did not become healthy in {Attempts} attempts; the last ended with exit code {ExitCode}")]
        public static partial void GivenUp(ILogger logger, string resource, int attempts, int? exitCode);

        [LoggerMessage(3, LogLevel.Error, "{Resource} could not be started again: {Message}")]
        public static partial void NotStarted(ILogger logger, string resource, string? message);
    }
}
