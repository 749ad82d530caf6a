using System.Diagnostics;
using System.Globalization;
using Wir.TestKit.Servers;

namespace Wir.Platform.Tests;

/// <summary>An instance whose host and parts are killed in the worst ways.</summary>
[Lane(Lane.Reliability)]
public sealed class CrashTests(ITestOutputHelper output) : IAsyncDisposable
{
    private readonly HostProcess _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Nothing_is_left_behind_and_everything_comes_back_whatever_is_killed()
    {
        await _host.UpAsync("--empty", "true", "--dashboard", "false");

        // A program and each server: back by themselves.
        foreach (var (name, deadline) in new[] { ("portal", 5), ("postgres", 20), ("rabbitmq", 20) })
        {
            var before = await _host.StatusAsync(name);
            var clock = Stopwatch.StartNew();
            ChildProcess.KillTree(before.Pid!.Value);
            await Eventually.TrueAsync(
                async () => await _host.StatusAsync(name) is { Pid: { } pid } after && pid != before.Pid && (name == "portal" || after.Health == "healthy"),
                $"{name} is back", TimeSpan.FromSeconds(Patience(deadline)));
            output.WriteLine($"{name} was back after {Seconds(clock)} s");
        }

        // The host alone: a start right after it waits for what is still there.
        await _host.KillAsync();
        var again = Stopwatch.StartNew();
        await _host.UpAsync("--empty", "true", "--dashboard", "false");
        output.WriteLine($"a start right after SIGKILL of the host was healthy after {Seconds(again)} s");
        Assert.True(again.Elapsed < TimeSpan.FromSeconds(Patience(40)), $"healthy after {Seconds(again)} s");

        // Without another start the orchestrator ends the rest, PostgreSQL in order.
        await _host.KillAsync();
        var killed = Stopwatch.StartNew();
        await _host.GoneAsync(TimeSpan.FromSeconds(Patience(20)));
        output.WriteLine($"after SIGKILL of the host everything was gone after {Seconds(killed)} s");
        var cluster = Path.Combine(_host.Kept.PostgresDirectory("postgres"), "data");
        Assert.Equal("shut down", await ServerDirectory.ClusterStateAsync(cluster));
    }

    /// <summary>The promise holds on a machine of its own; other work beside the tests makes everything slower.</summary>
    private static int Patience(int seconds) => seconds * 3;

    private static string Seconds(Stopwatch clock) => clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
}
