using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Wir.AppHost.Local;

/// <summary>Runs the resources of a model in one instance, until it is told to stop.</summary>
internal sealed class Engine : IDisposable
{
    private readonly Instance _instance;
    private readonly Watcher _watcher = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<ResourceRun> _runs = [];

    private Engine(Instance instance, ICollection<IResource> resources)
    {
        _instance = instance;
        var byResource = new Dictionary<IResource, List<ResourceRun>>();
        var projects = resources.OfType<ProjectResource>().ToList();
        var jobs = projects.SelectMany(p => p.Waits).Where(w => w.State == Awaited.Completed).Select(w => w.Dependency).ToHashSet();
        foreach (var resource in resources)
        {
            byResource[resource] = resource switch
            {
                PostgresServerResource p => [NewRun(p.Name, p.Server(instance), isJob: false)],
                RabbitMQServerResource r => [NewRun(r.Name, r.Server(instance), isJob: false)],
                PostgresDatabaseResource d => byResource[d.Parent],
                ParameterResource => [],
                ProjectResource p => [.. Enumerable.Range(0, p.Replicas).Select(n =>
                    NewRun(p.Replicas == 1 ? p.Name : $"{p.Name}.{n}", new ProjectProcess(p, n, instance), jobs.Contains(p)))],
                _ => throw new InvalidOperationException($"{resource.Name}: unknown kind of resource."),
            };
        }

        foreach (var project in projects)
        {
            foreach (var run in byResource[project])
            {
                run.Dependencies.AddRange(project.Waits.SelectMany(w => byResource[w.Dependency].Select(d => (d, w.State))));
            }
        }
    }

    public IReadOnlyList<ResourceRun> Runs => _runs;

    public static async Task<int> RunAsync(Instance instance, ICollection<IResource> resources)
    {
        using var host = LockHost(instance.Directory);
        await RunFile.CleanUpAsync(instance.Directory);
        await instance.PrepareAsync(resources, CancellationToken.None);
        using var engine = new Engine(instance, resources);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, engine.OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, engine.OnSignal);
        // The terminal may go; a detached instance stays.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        await engine.RunAsync();
        return engine.Runs.Any(r => r.State == RunState.Failed) ? 1 : 0;
    }

    /// <summary>Tells the engine to stop everything in order.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        _watcher.Dispose();
        _stop.Dispose();
        _runs.ForEach(r => r.Dispose());
    }

    private async Task RunAsync()
    {
        using var control = new ControlServer(Instance.ControlSocket(_instance.Directory), this);
        _runs.ForEach(r => r.Start());
        try
        {
            await Task.Delay(Timeout.Infinite, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("stopping");
        }

        var stops = new Dictionary<ResourceRun, Task>();
        await Task.WhenAll(_runs.Select(r => StopAfterDependantsAsync(r, stops)).ToList());
        RunFile.Delete(_instance.Directory);
    }

    private Task StopAfterDependantsAsync(ResourceRun run, Dictionary<ResourceRun, Task> stops)
    {
        if (!stops.TryGetValue(run, out var stop))
        {
            var dependants = _runs.Where(r => r.Dependencies.Any(d => d.Run == run)).Select(r => StopAfterDependantsAsync(r, stops)).ToList();
            stops[run] = stop = StopAsync();

            async Task StopAsync()
            {
                await Task.WhenAll(dependants);
                await run.StopAsync();
            }
        }

        return stop;
    }

    private ResourceRun NewRun(string name, IRunnable program, bool isJob)
    {
        var run = new ResourceRun(name, program, isJob, new LogFile(Instance.LogPath(_instance.Directory, name)), _watcher, SaveRunFile);
        _runs.Add(run);
        return run;
    }

    private void SaveRunFile()
    {
        lock (_gate)
        {
            RunFile.Write(_instance.Directory, _watcher.Id, _runs);
        }
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Stop();
    }

    /// <summary>The kernel's lock on a file: it goes with the process, however that ends.</summary>
    internal static FileStream LockHost(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "apphost.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"An instance runs already in {directory} ({e.Message})", e);
        }
    }
}

/// <summary>What runs, written at every change: after a crash, the next host finds there what was left behind.</summary>
internal static class RunFile
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    public static void Write(string directory, int watcher, IEnumerable<ResourceRun> runs)
    {
        var entries = runs.Where(r => r.Child is not null).Select(r => Entry.Of(r.Name, r.Child!.Id)).Append(Entry.Of("watcher", watcher)).ToList();
        var path = Path.Combine(directory, "run.json");
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(entries, JsonSerializerOptions.Web));
        File.Move(path + ".new", path, overwrite: true);
    }

    public static void Delete(string directory) => File.Delete(Path.Combine(directory, "run.json"));

    /// <summary>Ends what a host left behind that was killed together with its watcher; normally waits for the watcher only.</summary>
    public static async Task CleanUpAsync(string directory)
    {
        var path = Path.Combine(directory, "run.json");
        if (!File.Exists(path))
        {
            return;
        }

        List<Entry> Left() => JsonSerializer.Deserialize<List<Entry>>(File.ReadAllText(path), JsonSerializerOptions.Web)!
            .Where(e => ChildProcess.StartTicks(e.Id) == e.StartTicks).ToList();
        var clock = Stopwatch.StartNew();
        var found = Left();
        for (var left = found; left.Count > 0; left = Left())
        {
            if (left.All(e => e.Name != "watcher"))
            {
                // Not in order, but PostgreSQL and RabbitMQ recover from anything; INT is "fast" to one and unknown to the other.
                left.ForEach(e => ChildProcess.Kill(clock.Elapsed < s_deadline ? e.Id : -e.Id, clock.Elapsed < s_deadline ? Signal.Term : Signal.Kill));
            }

            await Task.Delay(200);
        }

        // What outlives its leader: the broker's port mapper. A number that still names a group is not given to another process.
        found.ForEach(e => ChildProcess.Kill(-e.Id, Signal.Kill));

        Delete(directory);
    }

    internal sealed record Entry(string Name, int Id, long StartTicks)
    {
        public static Entry Of(string name, int id) => new(name, id, ChildProcess.StartTicks(id) ?? 0);
    }
}
