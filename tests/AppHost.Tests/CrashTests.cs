using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Wir.AppHost.Local;
using Wir.TestKit;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary>A host in a process of its own, with both servers, ended in the worst ways.</summary>
[Lane(Lane.Reliability)]
public sealed class CrashTests : IAsyncDisposable
{
    private readonly TestInstance _test = new(openForPostgres: true);
    private Process? _host;

    public async ValueTask DisposeAsync()
    {
        if (_host is { HasExited: false })
        {
            await _test.AskAsync("stop");
            await _host.WaitForExitAsync();
        }

        await _test.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_left_behind_and_nothing_is_lost_whatever_is_killed()
    {
        await StartAsync();
        await ExecuteAsync("create table kept (id int)");
        var first = await ProcessesAsync();
        Assert.Equal(["postgres", "rabbitmq", "service", "watcher"], first.Keys.Order());

        // The host alone: the watcher ends its children.
        _host!.Kill();
        await AllEndAsync(first.Values);

        // The host and the watcher: the next host ends what they left behind.
        await StartAsync();
        await ExecuteAsync("insert into kept values (1)");
        var second = await ProcessesAsync();
        ChildProcess.Kill(second["watcher"], Signal.Kill);
        _host!.Kill();
        await _host.WaitForExitAsync();
        Assert.NotNull(ChildProcess.StartTicks(second["rabbitmq"]));
        await StartAsync();
        await AllEndAsync(second.Values);

        // In good order.
        await ExecuteAsync("insert into kept values (2)");
        Assert.Equal(2L, await ExecuteAsync("select count(*) from kept"));
        var third = await ProcessesAsync();
        await _test.AskAsync("stop");
        await _host!.WaitForExitAsync();
        Assert.Equal(0, _host.ExitCode);
        await AllEndAsync(third.Values);
        Assert.False(File.Exists(Path.Combine(_test.Directory, "run.json")));
    }

    private async Task StartAsync()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "../../SampleService/release/Wir.SampleService.dll");
        _host = Process.Start(new ProcessStartInfo("dotnet", [Path.GetFullPath(program), "host", "--data", _test.Directory])
        {
            RedirectStandardOutput = true,
        })!;
        _host.BeginOutputReadLine();
        await _test.BecomesAsync("service", "Running");
    }

    private async Task<Dictionary<string, int>> ProcessesAsync()
    {
        var entries = await File.ReadAllTextAsync(Path.Combine(_test.Directory, "run.json"));
        return JsonSerializer.Deserialize<List<RunFile.Entry>>(entries, JsonSerializerOptions.Web)!.ToDictionary(e => e.Name, e => e.Id);
    }

    /// <summary>The processes and all that they started: each leads a session, which its descendants belong to.</summary>
    private static Task AllEndAsync(IEnumerable<int> processes) => Eventually.TrueAsync(
        () => Task.FromResult(!Directory.EnumerateDirectories("/proc").Any(d => SessionOf(d) is { } session && processes.Contains(session))),
        "all processes have ended");

    private static int? SessionOf(string process)
    {
        try
        {
            // 4711 (a name) S 1 4711 4711 … : state, parent, group, session
            var stat = File.ReadAllText(process + "/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : int.Parse(fields[3], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private async Task<object?> ExecuteAsync(string sql)
    {
        var instance = _test.Open();
        var server = new PostgresServer("", instance.Port("postgres"), instance.Password("postgres"));
        await using var connection = new NpgsqlConnection(server.ConnectionString("sampledb") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
