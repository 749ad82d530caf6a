using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Wir.TestKit;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

/// <summary>What Prometheus reads, at the port for operators.</summary>
/// <remarks>Alone in the process: meters are heard by their names, whichever host of it they belong to.</remarks>
[Lane(Lane.Functional)]
[Collection(nameof(MetricsTests))]
public sealed partial class MetricsTests
{
    [Fact]
    public async Task The_internal_port_tells_what_was_asked_how_often_and_how_long_it_took_by_route()
    {
        var port = FreePort();
        await using var api = await SampleApi.StartAsync(settings: ("Wir:InternalPort", $"{port}"));
        using var operators = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        for (var n = 0; n < 3; n++)
        {
            await api.SendAsync(HttpMethod.Get, "/nothing-here?q=secret-words");
        }

        const string threeMisses = @"http_server_request_duration_seconds_count\{[^}]*http_response_status_code=""404""[^}]*\} 3\n";
        // A request is measured when it has ended, which is after its answer has arrived.
        await Eventually.TrueAsync(async () => Regex.IsMatch(await operators.GetStringAsync("/metrics"), threeMisses), "three requests are measured");
        using var answer = await operators.GetAsync("/metrics");
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(Line(), line));
        Assert.Contains("# TYPE http_server_request_duration_seconds histogram", text, StringComparison.Ordinal);
        Assert.Matches(threeMisses, text);
        Assert.Matches(@"http_server_request_duration_seconds_bucket\{[^}]*le=""\+Inf""\} 3\n", text);
        Assert.Contains("dotnet_process_memory_working_set_bytes", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-words", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_two_ports_answer_each_what_is_theirs()
    {
        var port = FreePort();
        await using var api = await SampleApi.StartAsync(settings: ("Wir:InternalPort", $"{port}"));
        using var operators = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        async Task<HttpStatusCode> AskAsync(HttpClient client, string path)
        {
            using var answer = await client.GetAsync(path);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await AskAsync(operators, "/health/live"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(operators, SampleApi.Prefix + "/nothing-here"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(operators, "/openapi/v1.json"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(api.Client, "/metrics"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(api.Client, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(api.Client, "/version"));
    }

    /// <summary>The second is what Prometheus 3 asks for: it could do with dots, and is not to get any.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3")]
    public async Task Names_are_those_of_the_alert_rules_whatever_the_reader_understands(string? accept)
    {
        var port = FreePort();
        using var meter = new Meter("Wir.Probe");
        meter.CreateObservableGauge("wir.probe.oldest_age", () => 1.5, "s");
        meter.CreateObservableGauge("wir.probe.depth", () => 7, "{event}");
        var handled = meter.CreateCounter<long>("wir.probe.handled", "{event}");
        await using var api = await SampleApi.StartAsync(settings: ("Wir:InternalPort", $"{port}"));
        using var operators = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        operators.DefaultRequestHeaders.TryAddWithoutValidation("Accept", accept);
        handled.Add(3, new KeyValuePair<string, object?>("service", "sample"));
        await api.SendAsync(HttpMethod.Get, "/nothing-here");

        var text = await Eventually.ValueAsync(
            async () => await operators.GetStringAsync("/metrics") is var read
                && read.Contains("_bucket", StringComparison.Ordinal) ? read : null,
            "a request is measured");

        Assert.Matches(@"(?m)^wir_probe_oldest_age_seconds(\{\})? 1\.5$", text);
        Assert.Matches(@"(?m)^wir_probe_depth(\{\})? 7(\.0)?$", text);
        Assert.Matches(@"(?m)^wir_probe_handled_total\{service=""sample""\} 3(\.0)?$", text);
        Assert.Matches(@"(?m)^http_server_request_duration_seconds_bucket\{", text);
        Assert.Matches(@"(?m)^process_cpu_time_seconds_total", text);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A comment, or a sample: name, labels, number.</summary>
    [GeneratedRegex("""^(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="[^"]*"(,[a-zA-Z_][a-zA-Z0-9_]*="[^"]*")*)?\})? (-?[0-9.]+(E[-+]?[0-9]+)?|NaN|[+-]Inf))$""")]
    private static partial Regex Line();
}

[CollectionDefinition(nameof(MetricsTests), DisableParallelization = true)]
public sealed class MetricsTestsAlone;
