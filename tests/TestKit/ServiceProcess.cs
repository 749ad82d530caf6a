using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Wir.TestKit.Servers;

namespace Wir.TestKit;

/// <summary>What a test does to a process.</summary>
public enum ProcessSignal
{
    Kill = 9,
    Term = 15,
    Continue = 18,
    Stop = 19,
}

/// <summary>One of our programs in a process of its own, to be killed and frozen. It ends with the test process, however that ends.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    private static readonly Watcher s_watcher = new();
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private bool _disposed;

    private ServiceProcess(Process process)
    {
        _process = process;
        Id = process.Id;
        s_watcher.Add(Id, Servers.Signal.Kill);
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id { get; }

    /// <summary>What it has written so far.</summary>
    public string Output => string.Join('\n', _output);

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program of this repository.</summary>
    /// <param name="project">Its project, for example <c>ToyService</c>.</param>
    /// <param name="settings">Configuration, by keys as <c>Wir:Jobs:Lease</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ServiceProcess Start(string project, IReadOnlyDictionary<string, string?> settings, params string[] arguments)
    {
        var program = Repository.ProgramOf(project);
        var info = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(program),
        };
        foreach (var (key, value) in settings) info.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        return new ServiceProcess(Process.Start(info)!);
    }

    public void Signal(ProcessSignal signal) => _ = KillCore(Id, (int)signal);

    /// <summary>Sends a signal that ends it, and waits for that.</summary>
    public async Task EndAsync(ProcessSignal signal, TimeSpan? deadline = null)
    {
        Signal(signal);
        await WaitForExitAsync(deadline);
    }

    public async Task WaitForExitAsync(TimeSpan? deadline = null) => await _process.WaitForExitAsync().WaitAsync(deadline ?? TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_process.HasExited)
        {
            _ = KillCore(Id, (int)ProcessSignal.Kill);
            await _process.WaitForExitAsync();
        }

        s_watcher.Remove(Id);
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is not null) _output.Enqueue(line);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillCore(int id, int signal);
}
