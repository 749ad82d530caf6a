using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wir.Jobs.Storage;
using Wir.Messaging.Outbox;
using Wir.Messaging.Storage;

namespace Wir.Jobs.Running;

/// <summary>Finds due jobs, keeps the schedules going and has the jobs run. Any number of instances do so side by side.</summary>
internal sealed partial class JobWorker(
    JobsBuilder jobs, JobStore store, JobRunner runner, CommitSignal signal, IOptions<JobsOptions> options, TimeProvider time,
    ILogger<JobWorker> logger) : BackgroundService
{
    private static readonly TimeSpan s_cleaning = TimeSpan.FromHours(1);
    private readonly JobsOptions _options = options.Value;
    private readonly Pause _pause = new(TimeSpan.FromSeconds(5));
    private readonly string _name = $"{Environment.MachineName}/{Environment.ProcessId}";
    private readonly Dictionary<string, Recurrence> _recurring =
        jobs.Kinds.Values.Where(kind => kind.Recurrence is not null).ToDictionary(kind => kind.Name, kind => kind.Recurrence!);
    private readonly ConcurrentDictionary<Task, string> _running = [];
    private readonly CancellationTokenSource _giveBack = new();
    private bool _schedulesEntered;
    private DateTimeOffset _cleaned;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_options.Run || jobs.Kinds.Count == 0) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunRoundAsync(stoppingToken);
                _pause.Reset();
                await signal.Jobs.WaitAsync(_options.PollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The worker outlives every fault of the database.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.Pausing(logger, e.Message);
                await _pause.WaitAsync(time, stoppingToken);
            }
        }
    }

    /// <summary>No new jobs; those that run get their time, then they are given back.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        _giveBack.CancelAfter(_options.StopTimeout);
        await Task.WhenAll(_running.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override void Dispose()
    {
        _giveBack.Dispose();
        base.Dispose();
    }

    private async Task RunRoundAsync(CancellationToken ct)
    {
        if (!_schedulesEntered)
        {
            foreach (var (kind, recurrence) in _recurring) await store.EnterScheduleAsync(kind, recurrence, ct);
            _schedulesEntered = true;
        }

        var free = jobs.Kinds.Values.Where(kind => FreeOf(kind) > 0).Select(kind => kind.Name).ToArray();
        var (due, recurring) = await store.LookAsync(free, [.. _recurring.Keys], ct);
        foreach (var kind in recurring) await store.OccurAsync(kind, _recurring[kind], ct);
        foreach (var kind in due.Union(recurring)) await StartDueAsync(jobs.Kinds[kind], ct);

        if (time.GetUtcNow() - _cleaned < s_cleaning) return;
        await store.CleanAsync(_options.Kept, ct);
        _cleaned = time.GetUtcNow();
    }

    private async Task StartDueAsync(JobKind kind, CancellationToken ct)
    {
        if (FreeOf(kind) is not (> 0 and var free)) return;
        foreach (var job in await store.ClaimAsync(kind.Name, free, _name, _options.Lease, ct))
        {
            var run = Task.Run(() => runner.RunAsync(job, kind, _giveBack.Token), CancellationToken.None);
            _running[run] = kind.Name;
            _ = run.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private int FreeOf(JobKind kind) => kind.Concurrency - _running.Values.Count(name => name == kind.Name);

    private void Ended(Task run)
    {
        _running.TryRemove(run, out _);
        signal.Jobs.Set();
    }

    private static partial class Log
    {
        [LoggerMessage(1210, LogLevel.Warning, "Jobs pause: {Reason}")]
        public static partial void Pausing(ILogger logger, string reason);
    }
}
