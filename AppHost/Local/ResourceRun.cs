using System.Diagnostics;
using System.Globalization;

namespace Wir.AppHost.Local;

internal enum RunState
{
    Waiting,
    Starting,
    Running,
    Restarting,
    Completed,
    Failed,
    Stopped,
}

/// <summary>The life of one process of the model: waits, starts, is asked for its health, comes back after a crash, stops.</summary>
/// <param name="name">Of the resource, or of one of its replicas.</param>
/// <param name="program">What runs.</param>
/// <param name="isJob">Runs to completion once; anything else is kept running.</param>
internal sealed class ResourceRun(string name, IRunnable program, bool isJob, LogFile log, Watcher watcher, Action changed) : IDisposable
{
    private const int AttemptsBeforeHealthy = 3;

    private static readonly TimeSpan s_healthInterval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_stable = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _orders = new(1, 1);
    private CancellationTokenSource _stopping = new();
    private Task _life = Task.CompletedTask;

    public string Name => name;

    public RunState State { get; private set; } = RunState.Waiting;

    public bool IsHealthy { get; private set; }

    /// <summary>It answered once since it was last started by order: dependants may start.</summary>
    public bool WasHealthy { get; private set; }

    public ChildProcess? Child { get; private set; }

    public int Restarts { get; private set; }

    public string? Message { get; private set; }

    public string? Address => (program as ProjectProcess)?.Address;

    /// <summary>What must be ready first, and what must stop first.</summary>
    public List<(ResourceRun Run, Awaited State)> Dependencies { get; } = [];

    public void Start()
    {
        _stopping = new CancellationTokenSource();
        _life = LiveAsync(_stopping.Token);
    }

    public async Task StopAsync()
    {
        await _orders.WaitAsync();
        try
        {
            await EndAsync();
        }
        finally
        {
            _orders.Release();
        }
    }

    public async Task RestartAsync()
    {
        await _orders.WaitAsync();
        try
        {
            await EndAsync();
            Restarts++;
            Start();
        }
        finally
        {
            _orders.Release();
        }
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _orders.Dispose();
        log.Dispose();
    }

    private async Task EndAsync()
    {
        await _stopping.CancelAsync();
        await _life;
        _stopping.Dispose();
        if (State is not (RunState.Completed or RunState.Failed))
        {
            Enter(RunState.Stopped);
        }
    }

    private async Task LiveAsync(CancellationToken stopping)
    {
        try
        {
            WasHealthy = false;
            Enter(RunState.Waiting);
            if (await DependenciesAsync(stopping) is { } obstacle)
            {
                Enter(RunState.Failed, obstacle);
                return;
            }

            for (var failures = 0; ;)
            {
                var clock = Stopwatch.StartNew();
                var ending = await RunOnceAsync(stopping);
                if (isJob)
                {
                    Enter(ending == "0" ? RunState.Completed : RunState.Failed, ending == "0" ? null : $"ended with exit code {ending}");
                    return;
                }

                failures = clock.Elapsed > s_stable ? 1 : failures + 1;
                if (!WasHealthy && failures >= AttemptsBeforeHealthy)
                {
                    Enter(RunState.Failed, $"did not become healthy in {failures} attempts; the last ended with exit code {ending}");
                    return;
                }

                Restarts++;
                Enter(RunState.Restarting, $"ended with exit code {ending}");
                await Task.Delay(Pause(failures), stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped by order.
        }
        catch (Exception e)
        {
            Enter(RunState.Failed, e.Message);
        }
    }

    /// <summary>1 s, 2 s, 4 s … 30 s.</summary>
    internal static TimeSpan Pause(int failures) => TimeSpan.FromSeconds(Math.Min(Math.Pow(2, failures - 1), s_longestPause.TotalSeconds));

    private bool Reached(Awaited awaited) => awaited switch
    {
        Awaited.Started => Child is not null || WasHealthy,
        Awaited.Healthy => WasHealthy,
        _ => State == RunState.Completed,
    };

    private async Task<string?> DependenciesAsync(CancellationToken stopping)
    {
        foreach (var (run, awaited) in Dependencies)
        {
            while (!run.Reached(awaited))
            {
                if (run.State == RunState.Failed)
                {
                    return $"{run.Name} failed";
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), stopping);
            }
        }

        return null;
    }

    private async Task<string> RunOnceAsync(CancellationToken stopping)
    {
        Enter(RunState.Starting);
        var child = ChildProcess.Start(await program.PrepareAsync(stopping), log, watcher);
        Child = child;
        changed();
        try
        {
            if (!isJob)
            {
                await KeepWatchAsync(child, stopping);
            }

            return (await child.Exited.WaitAsync(stopping)).ToString(CultureInfo.InvariantCulture);
        }
        finally
        {
            await child.StopAsync();
            Child = null;
            IsHealthy = false;
        }
    }

    private async Task KeepWatchAsync(ChildProcess child, CancellationToken stopping)
    {
        if (!await Health.WaitAsync(program, child.Exited, program.StartDeadline, stopping))
        {
            log.Write("wir: not healthy in time, or ended before");
            // One that still runs would be waited for as long as it runs.
            await child.StopAsync();
            return;
        }

        await program.OnHealthyAsync(stopping);
        IsHealthy = WasHealthy = true;
        Enter(RunState.Running);
        while (!child.Exited.IsCompleted)
        {
            await Task.WhenAny(child.Exited, Task.Delay(s_healthInterval, stopping));
            stopping.ThrowIfCancellationRequested();
            IsHealthy = !child.Exited.IsCompleted && await Health.AskAsync(program, stopping);
        }
    }

    private void Enter(RunState state, string? message = null)
    {
        State = state;
        Message = message;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:u} {name} {state} {message}").TrimEnd());
        if (message is not null)
        {
            log.Write($"wir: {message}");
        }

        changed();
    }
}
