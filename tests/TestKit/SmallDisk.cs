using Npgsql;
using Wir.TestKit.Servers;

namespace Wir.TestKit;

/// <summary>A PostgreSQL whose cluster lies on a small disk of its own, to be filled up and emptied again.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    // The memory's file system is seen by the server alone: it is mounted in a namespace of its own.
    private const string Mount = """size=$1 directory=$2; shift 2; mount -t tmpfs -o "size=$size,mode=711" tmpfs "$directory" && exec "$@" """;

    private readonly string _directory;
    private readonly Watcher _watcher;
    private readonly ChildProcess _process;
    private readonly PostgresServer _server;

    private SmallDisk(string directory, Watcher watcher, ChildProcess process, PostgresServer server) =>
        (_directory, _watcher, _process, _server) = (directory, watcher, process, server);

    /// <summary>For the superuser.</summary>
    public string ConnectionString => _server.ConnectionString("postgres");

    private string Filling => $"/proc/{_process.Id}/root{_directory}/filling";

    /// <param name="megabytes">A new cluster takes some 60.</param>
    /// <returns>Null where this process may not mount.</returns>
    public static async Task<SmallDisk?> TryStartAsync(int megabytes)
    {
        if (!Environment.IsPrivilegedProcess) return null;
        var directory = ServerDirectory.Create("wir-small-disk-");
        var watcher = new Watcher();
        watcher.RemoveDirectoryAtEnd(directory);
        var server = new PostgresServer(Path.Combine(directory, "postgres"), Ports.Choose(), Passwords.Create(), durable: false);
        var spec = server.Spec;
        var log = Path.Combine(Path.GetTempPath(), Path.GetFileName(directory) + ".log");
        var process = ChildProcess.Start(new ProcessSpec(
            "unshare", ["--mount", "--propagation", "private", "sh", "-c", Mount, "sh", $"{megabytes}m", directory, spec.FileName, .. spec.Arguments])
        {
            Environment = spec.Environment,
            StopSignal = spec.StopSignal,
            StopDeadline = spec.StopDeadline,
        }, log, watcher);
        var isHealthy = await Health.WaitAsync(server, process.Exited, TimeSpan.FromSeconds(120), default);
        var output = await File.ReadAllTextAsync(log);
        File.Delete(log);
        if (isHealthy) return new(directory, watcher, process, server);
        await process.StopAsync();
        watcher.Dispose();
        return output.Contains("unshare failed", StringComparison.Ordinal) || output.Contains("mount:", StringComparison.Ordinal)
            ? null
            : throw new InvalidOperationException($"The server did not start: {output}");
    }

    /// <summary>Leaves no free block.</summary>
    public async Task FillAsync()
    {
        // Some of the log of writes is left, without which the server would end instead of refusing what needs the disk.
        await using (var connection = new NpgsqlConnection(ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("select pg_switch_wal(); select pg_logical_emit_message(false, 'wir', 'begins the next file')", connection);
            await command.ExecuteNonQueryAsync();
        }

        var block = new byte[4096];
        await using var file = new FileStream(Filling, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true) file.Write(block);
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    public void Empty() => File.Delete(Filling);

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync();
        _watcher.Dispose();
    }
}
