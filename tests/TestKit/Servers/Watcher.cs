using System.Diagnostics;

namespace Wir.TestKit.Servers;

/// <summary>
/// Ends the children when this process is gone, also after SIGKILL: a small shell reads from a pipe that only this process holds,
/// and acts at its end. A parent-death signal would be tied to the thread that forked, and pool threads come and go.
/// </summary>
internal sealed class Watcher : IDisposable
{
    private const string Script = """
        exec > /dev/null 2>&1
        trap '' HUP INT TERM
        children= directory=
        while read -r verb id rest; do
          case $verb in
            add) children="$id:$rest $children" ;;
            remove) kept=
              for child in $children; do [ "${child%%:*}" = "$id" ] || kept="$kept $child"; done
              children=$kept ;;
            directory) directory=$rest ;;
          esac
        done
        alive() {
          for child in $children; do
            read -r stat < "/proc/${child%%:*}/stat" || continue
            case $stat in *') Z '*) ;; *) return 0 ;; esac
          done
          return 1
        }
        for child in $children; do kill -"${child##*:}" "${child%%:*}"; done
        waited=0
        while alive && [ $waited -lt 100 ]; do sleep 0.1; waited=$((waited + 1)); done
        for child in $children; do kill -s KILL -- "-${child%%:*}"; done
        [ -z "$directory" ] || rm -rf -- "$directory"
        """;

    private readonly Lock _gate = new();
    private readonly Process _process;

    public Watcher()
    {
        _process = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", Script, "wir-watcher"])
        {
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        })!;
        _process.StandardInput.AutoFlush = true;
        Id = _process.Id;
    }

    public int Id { get; }

    public void Add(int id, Signal signal) => Write($"add {id} {(int)signal}");

    public void Remove(int id) => Write($"remove {id}");

    /// <summary>Removes a directory of a throw-away server when all children have ended.</summary>
    public void RemoveDirectoryAtEnd(string directory) => Write($"directory - {directory}");

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.Dispose();
    }

    private void Write(string line)
    {
        lock (_gate)
        {
            try
            {
                _process.StandardInput.WriteLine(line);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Somebody ended the watcher: the platform runs on, without its protection.
            }
        }
    }
}
