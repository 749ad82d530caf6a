using System.Diagnostics;
using System.Net;
using Wir.Demo;
using Wir.TestKit.Servers;

namespace Wir.Platform.Tests;

/// <summary>One part fails: the others go on, the door says so plainly, and nothing is lost.</summary>
[Lane(Lane.Platform)]
[Collection(WholePlatform.Tests)]
public sealed class FaultTests(WholePlatform platform)
{
    private const string Associations = "/api/registry/v1/associations?area=06635015&limit=200";

    [Fact]
    public async Task A_service_that_hangs_costs_its_own_callers_a_504_within_the_time_out_and_nobody_else()
    {
        using var door = platform.Door();
        var registry = await platform.StatusAsync("registry");
        ChildProcess.Kill(registry.Pid!.Value, Signal.Stop);
        try
        {
            var clock = Stopwatch.StartNew();
            var hung = door.GetAsync(Associations);
            var welcome = await door.GetAsync("/api/welcome/v1/tree?lang=de&area=06635015");
            var monitor = await door.GetAsync("/api/monitor/v1/overview?area=06635015");
            var page = await door.GetAsync("/de/?municipality=06635015");
            var told = await hung;

            Assert.Equal(HttpStatusCode.OK, welcome.Status);
            Assert.Equal(HttpStatusCode.OK, monitor.Status);
            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.Contains("gerade nicht erreichbar", page.Text, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.GatewayTimeout, told.Status);
            Assert.Equal("WIR-GAT-0003", told.Json.GetProperty("code").GetString());
            Assert.DoesNotContain("127.0.0.1", told.Text, StringComparison.Ordinal);
            Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(19), TimeSpan.FromSeconds(45));
        }
        finally
        {
            ChildProcess.Kill(registry.Pid!.Value, Signal.Continue);
        }

        await Eventually.TrueAsync(async () => (await door.GetAsync(Associations)).Status == HttpStatusCode.OK, "the registry answers again");
    }

    [Fact]
    public async Task A_service_that_is_gone_is_told_by_a_503_and_comes_back_by_itself()
    {
        using var door = platform.Door();
        var before = await platform.StatusAsync("monitor");

        ChildProcess.Kill(before.Pid!.Value, Signal.Kill);

        var told = await Eventually.ValueAsync(
            async () => await door.GetAsync("/api/monitor/v1/overview?area=06635015") is { Status: HttpStatusCode.ServiceUnavailable } reply ? reply : null,
            "the door says that the monitor is gone");
        Assert.Equal("application/problem+json", told.Type?.MediaType);
        Assert.Equal("WIR-GAT-0001", told.Json.GetProperty("code").GetString());
        Assert.DoesNotContain("127.0.0.1", told.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await door.GetAsync(Associations)).Status);
        await Eventually.TrueAsync(
            async () => await platform.StatusAsync("monitor") is { Health: "healthy" } after && after.Pid != before.Pid
                && (await door.GetAsync("/api/monitor/v1/overview?area=06635015")).Status == HttpStatusCode.OK,
            "the monitor is back");
    }

    [Fact]
    public async Task The_second_start_has_all_data()
    {
        using var door = platform.Door();
        using var reader = platform.Door("reader");
        var before = await SnapshotAsync(door);
        await platform.DownAsync();
        Assert.Empty(Directory.EnumerateFiles(platform.Directory, "*.sock"));

        await platform.UpAsync();

        Assert.Equal(before, await SnapshotAsync(door));
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync("/api/registry/v1/internal/events?after=0&limit=1")).Status);
    }

    /// <summary>What must be the same before and after: the associations, the pages, the counts.</summary>
    private static async Task<string> SnapshotAsync(Door door)
    {
        var associations = (await door.GetAsync(Associations + "&count=exact")).Is(HttpStatusCode.OK).Json;
        var tree = (await door.GetAsync("/api/welcome/v1/tree?lang=ar&area=06635015")).Is(HttpStatusCode.OK).Json;
        var overview = (await door.GetAsync("/api/monitor/v1/overview?area=06635")).Is(HttpStatusCode.OK).Json;
        return string.Join('\n', new[] { associations, tree, overview }.Select(a => a.GetProperty("data").GetRawText()));
    }
}
