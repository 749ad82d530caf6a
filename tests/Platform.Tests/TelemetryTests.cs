using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Wir.Demo;
using Wir.TestKit.Servers;

namespace Wir.Platform.Tests;

/// <summary>What the platform tells operators about itself while the story is played: enough, and nothing that is nobody's business.</summary>
[Lane(Lane.Platform)]
[Collection(WholePlatform.Tests)]
public sealed partial class TelemetryTests(WholePlatform platform, PlayedStory played)
{
    private const int Server = 2;

    private static readonly string[] s_programs = ["gateway", "registry", "welcomepackage", "monitor", "portal"];

    [Theory]
    [InlineData("urn:message:wir:welcomepackage:package-issued:v1", "welcomepackage", "monitor", "/packages", "201")]
    [InlineData("urn:message:wir:registry:association-published:v1", "registry", "welcomepackage", "/submissions/{id:guid}/review", "200")]
    [InlineData("urn:message:wir:registry:association-published:v1", "registry", "monitor", "/submissions/{id:guid}/review", "200")]
    public async Task One_trace_runs_from_the_gateway_to_the_last_consumer(string urn, string producer, string consumer, string route, string status)
    {
        Assert.All(played.Outcomes, o => Assert.Null(o.Outcome));
        var spans = await Eventually.ValueAsync(() => Task.FromResult(WholeTrace(urn, producer, consumer, route)), $"a trace from the gateway to {consumer}'s handling of {urn}");

        // Whose parent is whose, from the consumer back to the request.
        var chain = new List<Span>();
        for (var span = spans.First(s => IsHandling(s, urn, consumer)); span is not null; span = spans.FirstOrDefault(s => s.Id == span.ParentId))
        {
            chain.Add(span);
        }

        Assert.Contains(chain, s => s.Service == producer && s.Name == $"publish {urn}");
        var inside = Assert.Single(chain, s => s.Service == producer && s.Kind == Server);
        Assert.StartsWith("/api/", inside.Tags["http.route"], StringComparison.Ordinal);
        Assert.Equal($"POST {inside.Tags["http.route"]}", inside.Name);
        Assert.Equal(status, inside.Tags["http.response.status_code"]);
        var outside = chain[^1];
        Assert.Equal("gateway", outside.Service);
        Assert.Equal(Server, outside.Kind);
        Assert.Null(outside.ParentId);
        Assert.Equal($"POST {outside.Tags["http.route"]}", outside.Name);
        Assert.Equal(status, outside.Tags["http.response.status_code"]);
    }

    [Fact]
    public async Task Nothing_confidential_stands_in_telemetry()
    {
        Assert.NotEmpty(played.Confidential);
        await Eventually.TrueAsync(() => Task.FromResult(platform.Telemetry.Spans.Select(s => s.Service).Distinct().Count() >= 5), "all programs have told something");

        Assert.All(played.Confidential, secret => Assert.False(platform.Telemetry.Holds(secret), $"'{secret[..Math.Min(8, secret.Length)]}…' stands in telemetry"));
        Assert.All(platform.Telemetry.Spans, s => Assert.DoesNotContain("url.query", s.Tags.Keys));
    }

    [Fact]
    public void Nothing_confidential_stands_in_any_log()
    {
        Assert.NotEmpty(played.Confidential);
        var logs = Directory.EnumerateFiles(Path.Combine(platform.Directory, "log")).ToDictionary(f => Path.GetFileName(f), ReadShared);

        Assert.Superset(new HashSet<string> { "registry.log", "welcomepackage.log", "monitor.log", "gateway.log", "portal.log", "postgres.log", "rabbitmq.log" }, logs.Keys.ToHashSet());
        Assert.All(logs, log => Assert.All(played.Confidential, secret => Assert.DoesNotContain(secret, log.Value, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Every_program_has_metrics_for_operators_and_nobody_else()
    {
        using var door = platform.Door();
        foreach (var name in s_programs)
        {
            var metrics = await MetricsAsync(name);

            Assert.Contains("http_server_request_duration_seconds_count", metrics, StringComparison.Ordinal);
            if (name != "portal") Assert.Contains("wir_outbox_depth", metrics, StringComparison.Ordinal);
            Assert.All(played.Confidential, secret => Assert.DoesNotContain(secret, metrics, StringComparison.Ordinal));
        }

        Assert.NotEqual(HttpStatusCode.OK, (await door.GetAsync("/metrics")).Status);
    }

    [Fact]
    public async Task While_the_broker_is_away_the_gauges_tell_what_waits_and_afterwards_that_nothing_does()
    {
        using var editor = platform.Door("municipality");
        var broker = await platform.StatusAsync("rabbitmq");
        ChildProcess.KillTree(broker.Pid!.Value);

        (await editor.PostAsync("/api/welcome/v1/packages", new { area = Story.Korbach, language = "ar", channel = "office" })).Is(HttpStatusCode.Created);

        await Eventually.TrueAsync(
            async () => await GaugeAsync("welcomepackage", "wir_outbox_depth") >= 1 && await GaugeAsync("welcomepackage", "wir_outbox_oldest_age_seconds") > 0,
            "the gauges show the event that cannot be sent");
        Assert.Equal("healthy", (await platform.StatusAsync("welcomepackage")).Health);
        await Eventually.TrueAsync(
            async () => await platform.StatusAsync("rabbitmq") is { Health: "healthy" } back && back.Restarts > broker.Restarts, "the broker is back", TimeSpan.FromMinutes(2));
        await Eventually.TrueAsync(
            async () => await GaugeAsync("welcomepackage", "wir_outbox_depth") == 0 && await GaugeAsync("welcomepackage", "wir_outbox_oldest_age_seconds") == 0
                && await GaugeAsync("welcomepackage", "wir_outbox_dead") == 0 && await GaugeAsync("monitor", "wir_topology_differences") == 0,
            "the gauges are back at zero", TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Every_metric_of_ours_that_a_program_tells_is_documented()
    {
        var documented = await File.ReadAllTextAsync(Repository.PathOf("docs/operations/metrics.md"));
        foreach (var name in s_programs)
        {
            var told = MetricName().Matches(await MetricsAsync(name)).Select(m => m.Groups[1].Value).ToList();

            Assert.NotEmpty(told);
            Assert.All(told.Where(m => m.StartsWith("wir_", StringComparison.Ordinal)), m => Assert.Contains($"`{m}`", documented, StringComparison.Ordinal));
        }
    }

    private async Task<string> MetricsAsync(string program)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"http://127.0.0.1:{platform.PortOf($"{program}.internal")}/metrics"));
    }

    /// <summary>Null while there is no reading.</summary>
    private async Task<double?> GaugeAsync(string service, string gauge)
    {
        var reading = Regex.Match(await MetricsAsync(service), $"^{gauge}\\{{[^}}]*service=\"{service}\"[^}}]*\\}} (\\S+)", RegexOptions.Multiline);
        return reading.Success ? double.Parse(reading.Groups[1].Value, CultureInfo.InvariantCulture) : null;
    }

    /// <summary># TYPE wir_outbox_depth gauge</summary>
    [GeneratedRegex("^# TYPE ([a-z_]+) ", RegexOptions.Multiline)]
    private static partial Regex MetricName();

    private static bool IsHandling(Span span, string urn, string consumer) => span.Service == consumer && span.Name == $"handle {urn}";

    /// <summary>The spans of the first trace that reaches from a request for the producer's route at the gateway to the consumer; null while there is none.</summary>
    private List<Span>? WholeTrace(string urn, string producer, string consumer, string route) => platform.Telemetry.Spans
        .Where(s => IsHandling(s, urn, consumer))
        .Select(s => platform.Telemetry.Spans.Where(other => other.TraceId == s.TraceId).ToList())
        .FirstOrDefault(trace => trace.Exists(s => s is { Service: "gateway", Kind: Server })
            && trace.Exists(s => s.Service == producer && s.Kind == Server && s.Tags["http.route"].TrimEnd('/').EndsWith(route, StringComparison.Ordinal)));

    private static string ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
