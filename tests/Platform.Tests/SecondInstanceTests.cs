using System.Net;
using System.Text.Json;
using Wir.Demo;
using Wir.TestKit.Servers;

namespace Wir.Platform.Tests;

/// <summary>Another instance of the same clone beside the first one, with the dashboard: each is asked by its directory.</summary>
[Lane(Lane.Platform)]
[Collection(WholePlatform.Tests)]
public sealed class SecondInstanceTests(WholePlatform platform) : IAsyncLifetime
{
    private readonly HostProcess _second = new();

    public async ValueTask InitializeAsync() => await _second.UpAsync("--dev-login", "true");

    public ValueTask DisposeAsync() => _second.DisposeAsync();

    [Fact]
    public async Task Two_instances_run_side_by_side_and_the_dashboard_has_the_trace_from_the_gateway_to_the_monitor()
    {
        // Status and restart reach exactly the instance that is named.
        foreach (var (directory, address) in new[] { (platform.Directory, platform.Instance.Address), (_second.Directory, _second.Running.Address) })
        {
            var status = await HostProcess.WirAsync(directory, "status");
            Assert.Contains(address.ToString().TrimEnd('/'), status, StringComparison.Ordinal);
            Assert.DoesNotContain("unhealthy", status, StringComparison.Ordinal);
        }

        var (first, second) = ((await platform.StatusAsync("portal")).Pid, (await _second.StatusAsync("portal")).Pid);
        Assert.Contains("portal", await HostProcess.WirAsync(_second.Directory, "restart", "portal"), StringComparison.Ordinal);
        Assert.Equal(first, (await platform.StatusAsync("portal")).Pid);
        var restarted = (await _second.StatusAsync("portal")).Pid;
        Assert.NotEqual(second, restarted);
        await HostProcess.WirAsync(platform.Directory, "restart", "portal");
        Assert.NotEqual(first, (await platform.StatusAsync("portal")).Pid);
        Assert.Equal(restarted, (await _second.StatusAsync("portal")).Pid);

        // A package is issued at the door; the monitor's consumer counts it in the same trace.
        using var editor = new Door(_second.Running.Address, _second.Running.Keys["municipality"]);
        (await editor.PostAsync("/api/welcome/v1/packages", new { area = Story.Korbach, language = "ar", channel = "office" })).Is(HttpStatusCode.Created);
        var names = await Eventually.ValueAsync(TraceOfThePackageAsync, "the dashboard has a trace from the gateway to the monitor", TimeSpan.FromSeconds(60));
        Assert.Contains(names, n => n.StartsWith("gateway: POST /api/welcome/", StringComparison.Ordinal));
        Assert.Contains("welcomepackage: publish urn:message:wir:welcomepackage:package-issued:v1", names);
        Assert.Contains(names, n => n.StartsWith("monitor: ", StringComparison.Ordinal) && n.Contains("package-issued", StringComparison.Ordinal));

        // Aspire's command line lists the instance, and shows no password.
        var described = await ChildProcess.RunAsync(Aspire("describe", "--format", "Json"), TestContext.Current.CancellationToken);
        Assert.Contains("ConnectionStrings__registrydb", described, StringComparison.Ordinal);
        foreach (var name in new[] { "postgres", "rabbitmq", "registrypassword", "welcomepackagepassword", "monitorpassword", "gatewaypassword" })
        {
            Assert.DoesNotContain(_second.Kept.Password(name), described, StringComparison.Ordinal);
        }
    }

    /// <summary>The spans of the first trace with the gateway, the welcome package and the monitor in it, as "service: name"; null when there is none.</summary>
    private async Task<List<string>?> TraceOfThePackageAsync()
    {
        using var traces = JsonDocument.Parse(await AspireAsync("otel", "traces", "--format", "Json", "--limit", "500", "--search", "package-issued"));
        return traces.RootElement.EnumerateArray()
            .Select(t => t.GetProperty("spans").EnumerateArray().Select(s => $"{s.GetProperty("source").GetString()}: {s.GetProperty("name").GetString()}").ToList())
            .FirstOrDefault(spans => new[] { "gateway", "welcomepackage", "monitor" }.All(service => spans.Any(s => s.StartsWith($"{service}: ", StringComparison.Ordinal))));
    }

    private Task<string> AspireAsync(params string[] command) => ChildProcess.RunAsync(
        Aspire([.. command, "--dashboard-url", $"http://127.0.0.1:{_second.Kept.Port("dashboard")}/login?t={_second.Kept.Password("dashboard")}"]),
        TestContext.Current.CancellationToken);

    private ProcessSpec Aspire(params string[] command) => new("dotnet", ["aspire", .. command, "--non-interactive", "--nologo"])
    {
        WorkingDirectory = Repository.Root,
        Environment = _second.HomeOfItsOwn,
    };
}
