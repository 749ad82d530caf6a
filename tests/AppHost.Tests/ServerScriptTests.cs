using System.Diagnostics;
using Npgsql;
using Wir.TestKit;
using Wir.TestKit.Servers;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary>The script that runs the private PostgreSQL, as the orchestrator runs it.</summary>
[Lane(Lane.Functional)]
public sealed class ServerScriptTests : IAsyncDisposable
{
    private readonly string _directory = ServerDirectory.Create("wir-script-");
    private readonly Watcher _watcher = new();
    private readonly PostgresServer _server;
    private readonly List<Process> _started = [];

    public ServerScriptTests() =>
        _server = new PostgresServer(Path.Combine(_directory, "postgres"), TestKit.Servers.Ports.Choose(), Passwords.Create());

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
        {
            ChildProcess.Kill(process.Id, Signal.Term);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _watcher.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task The_one_signal_that_the_orchestrator_has_stops_the_cluster_in_order()
    {
        var process = await StartAsync();
        // A session that does nothing must not hold up the stop.
        await using var session = new NpgsqlConnection(_server.ConnectionString("postgres") + ";Pooling=false");
        await session.OpenAsync(TestContext.Current.CancellationToken);

        ChildProcess.Kill(process.Id, Signal.Term);

        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        var cluster = Path.Combine(_directory, "postgres", "data");
        Assert.Equal("shut down", await ServerDirectory.ClusterStateAsync(cluster));
    }

    [Fact]
    public async Task A_server_whose_script_was_killed_gives_way_to_the_next_one()
    {
        var first = await StartAsync();
        var orphan = int.Parse(File.ReadLines(Path.Combine(_directory, "postgres", "data", "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.NotEqual(first.Id, orphan);
        ChildProcess.Kill(first.Id, Signal.Kill);

        await StartAsync();

        // Until then it is the orphan that answers.
        await Eventually.TrueAsync(() => Task.FromResult(ChildProcess.StartTicks(orphan) is null), "the orphan has ended");
        await Eventually.TrueAsync(() => Health.AskAsync(_server, TestContext.Current.CancellationToken), "the next one answers");
        Assert.Contains("database system is shut down", await File.ReadAllTextAsync(Log, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private string Log => Path.Combine(_directory, "log", "postgres.log");

    private async Task<Process> StartAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Log)!);
        var spec = _server.Spec;
        var process = Process.Start(new ProcessStartInfo(
            "sh", ["-c", """log=$1; shift; exec "$@" >> "$log" 2>&1""", "sh", Log, "sh", spec.Arguments[0], "run", .. spec.Arguments.Skip(2)])
        {
            Environment = { ["POSTGRES_PASSWORD"] = spec.Environment["POSTGRES_PASSWORD"] },
        })!;
        _started.Add(process);
        _watcher.Add(process.Id, Signal.Term);
        Assert.True(
            await Health.WaitAsync(_server, process.WaitForExitAsync(), TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken),
            "the server answers");
        return process;
    }
}
