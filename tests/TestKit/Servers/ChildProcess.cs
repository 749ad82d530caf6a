using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Wir.TestKit.Servers;

/// <summary>
/// A program in a session and process group of its own, so that a group can be ended whole: RabbitMQ and PostgreSQL have
/// children. What it writes goes to a file.
/// </summary>
internal sealed partial class ChildProcess
{
    private readonly Process _process;
    private readonly ProcessSpec _spec;
    private readonly Watcher _watcher;

    private ChildProcess(Process process, ProcessSpec spec, Watcher watcher)
    {
        _process = process;
        _spec = spec;
        _watcher = watcher;
        Id = process.Id;
        watcher.Add(Id, spec.StopSignal);
        Exited = WaitAsync();
    }

    /// <summary>The process id, which is also the id of its group.</summary>
    public int Id { get; }

    /// <summary>Completes with the exit code when the program has ended; its output is in the file.</summary>
    public Task<int> Exited { get; }

    public static ChildProcess Start(ProcessSpec spec, string log, Watcher watcher)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        // setsid and exec run the program in their own place, so the id stays the one that we know.
        string[] redirected = ["sh", "-c", """log=$1; shift; exec "$@" >> "$log" 2>&1""", "sh", log, spec.FileName, .. spec.Arguments];
        var process = Process.Start(StartInfo("setsid", redirected, spec))!;
        process.StandardInput.Close();
        return new ChildProcess(process, spec, watcher);
    }

    /// <summary>Runs a short program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it wrote.</exception>
    public static async Task<string> RunAsync(ProcessSpec spec, CancellationToken cancellation)
    {
        using var process = Process.Start(StartInfo(spec.FileName, spec.Arguments, spec))!;
        await process.StandardInput.WriteAsync(spec.Input.AsMemory(), cancellation);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{spec.FileName} ended with {process.ExitCode}: {(await error).Trim()} {(await output).Trim()}");
        }

        return await output;
    }

    /// <summary>Ends the program in good order; after the deadline, its whole group by force.</summary>
    public async Task StopAsync()
    {
        Kill(Id, _spec.StopSignal);
        await Task.WhenAny(Exited, Task.Delay(_spec.StopDeadline));
        Kill(-Id, Signal.Kill);
        await Exited;
    }

    /// <summary>When a process started, in clock ticks since boot: with the id it names a process for good. Null when there is none.</summary>
    public static long? StartTicks(int id)
    {
        try
        {
            // 4711 (a name) S 1 4711 … ; the 22nd field, counted behind the name, which may hold spaces
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : long.Parse(fields[19], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>SIGKILL for a process and all that it has started.</summary>
    public static void KillTree(int id)
    {
        foreach (var child in File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            KillTree(int.Parse(child, System.Globalization.CultureInfo.InvariantCulture));
        }

        Kill(id, Signal.Kill);
    }

    public static void Kill(int id, Signal signal) => _ = KillCore(id, (int)signal);

    private static ProcessStartInfo StartInfo(string fileName, IEnumerable<string> arguments, ProcessSpec spec)
    {
        var info = new ProcessStartInfo(fileName, arguments)
        {
            WorkingDirectory = spec.WorkingDirectory ?? "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in spec.Environment)
        {
            info.Environment[name] = value;
        }

        return info;
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        // What the program left behind in its group.
        Kill(-Id, Signal.Kill);
        _watcher.Remove(Id);
        var code = _process.ExitCode;
        _process.Dispose();
        return code;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillCore(int id, int signal);
}
