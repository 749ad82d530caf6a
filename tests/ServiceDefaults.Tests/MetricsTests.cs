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
        Assert.Equal(HttpStatusCode.OK, await AskAsync(api.Client, "/health/ready"));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A comment, or a sample: name, labels, number.</summary>
    [GeneratedRegex("""^(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="[^"]*"(,[a-zA-Z_][a-zA-Z0-9_]*="[^"]*")*\})? (-?[0-9.]+(E[-+]?[0-9]+)?|NaN|[+-]Inf))$""")]
    private static partial Regex Line();
}

[CollectionDefinition(nameof(MetricsTests), DisableParallelization = true)]
public sealed class MetricsTestsAlone;
