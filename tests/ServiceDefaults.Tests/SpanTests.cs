using System.Collections.Concurrent;
using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Wir.TestKit;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

/// <summary>What a collector gets of a request.</summary>
[Lane(Lane.Functional)]
[Collection(nameof(MetricsTests))]
public sealed class SpanTests
{
    [Fact]
    public async Task Spans_are_one_trace_named_by_route_and_do_not_say_who_asked_for_what()
    {
        var spans = new Kept();
        // Nobody listens there.
        await using var api = await SampleApi.StartAsync(
            configure: builder => builder.Services.ConfigureOpenTelemetryTracerProvider(t => t.AddProcessor(spans)),
            settings: ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"));
        var id = Guid.CreateVersion7();

        await api.GetAsync($"/things/{id}?q=secret-words");

        await Eventually.TrueAsync(() => Task.FromResult(spans.All.Count >= 2), "the caller's span and the server's");
        var server = Assert.Single(spans.All, span => span.Kind == ActivityKind.Server);
        var client = Assert.Single(spans.All, span => span.Kind == ActivityKind.Client);
        Assert.Equal("GET /api/sample/v1/things/{id:guid}", server.DisplayName);
        Assert.Equal("/api/sample/v1/things/{id:guid}", server.GetTagItem("http.route"));
        Assert.Equal(400, server.GetTagItem("http.response.status_code"));
        Assert.Equal(client.SpanId, server.ParentSpanId);
        Assert.Equal(client.TraceId, server.TraceId);
        Assert.All(spans.All.SelectMany(span => span.TagObjects), tag =>
            Assert.DoesNotMatch($"{id}|secret|url.query|client.address|network.peer", $"{tag.Key}={tag.Value}"));
    }

    [Fact]
    public async Task A_failure_of_ours_marks_the_span_and_a_path_without_a_route_is_not_told()
    {
        var spans = new Kept();
        await using var api = await SampleApi.StartAsync(
            configure: builder => builder.Services.ConfigureOpenTelemetryTracerProvider(t => t.AddProcessor(spans)),
            settings: ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"));

        await api.GetAsync("/bug");
        await api.GetAsync("/p/AAAA-BBBB");

        await Eventually.TrueAsync(() => Task.FromResult(spans.All.Count >= 4), "two requests at both ends");
        var bug = Assert.Single(spans.All, span => span.DisplayName == "GET /api/sample/v1/bug");
        Assert.Equal(ActivityStatusCode.Error, bug.Status);
        Assert.Contains(spans.All, span => span is { Kind: ActivityKind.Server, DisplayName: "GET" });
        Assert.All(spans.All, span => Assert.DoesNotContain(span.TagObjects, tag =>
            $"{span.DisplayName} {tag.Value}".Contains("AAAA", StringComparison.Ordinal)));
    }

    /// <summary>Runs last, so it sees what is exported.</summary>
    private sealed class Kept : BaseProcessor<Activity>
    {
        public ConcurrentQueue<Activity> All { get; } = [];

        public override void OnEnd(Activity data) => All.Enqueue(data);
    }
}
