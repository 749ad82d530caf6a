using System.Diagnostics;
using System.Net;
using Wir.TestKit;
using Xunit;

namespace Wir.Gateway.Tests;

/// <summary>Two instances of a service, of which one goes away.</summary>
public sealed class TwoInstances : GatewayFixture
{
    public Upstream Second { get; } = new("second");

    public override async ValueTask InitializeAsync()
    {
        await Second.StartAsync(new("http://127.0.0.1:1"));
        Settings["Services:registry:http:1"] = Second.Address.ToString();
        Settings["Gateway:BreakDuration"] = "00:00:02";
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Second.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

public sealed class ResilienceTests(TwoInstances fixture) : IClassFixture<TwoInstances>
{
    private const string Path = "/api/registry/v1/associations";

    [Fact]
    public async Task Reads_go_on_when_one_of_two_instances_is_gone_and_no_post_is_sent_twice()
    {
        await Eventually.TrueAsync(async () => (string?)(await fixture.GetAsync(Path)).Json["service"] == "second", "both instances are used");
        await fixture.Second.StopAsync();
        var before = fixture.Registry.Calls;

        var reads = new List<HttpStatusCode>();
        for (var i = 0; i < 60; i++) reads.Add((await fixture.GetAsync(Path)).Status);

        Assert.All(reads, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(60, fixture.Registry.Calls - before);

        // Each post that failed was sent once: the living instance sees no more calls than there were successes.
        before = fixture.Registry.Calls;
        var posts = new List<HttpStatusCode>();
        for (var i = 0; i < 30; i++) posts.Add((await fixture.SendAsync(HttpMethod.Post, Path, null, "{}")).Status);
        Assert.Equal(posts.Count(status => status == HttpStatusCode.OK), fixture.Registry.Calls - before);
        await fixture.Second.StartAsync(fixture.Address);
    }

    [Fact]
    public async Task A_service_that_keeps_failing_is_left_alone_for_a_moment()
    {
        var answers = new List<Answer>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 60; i++) answers.Add(await fixture.GetAsync("/api/monitor/v1/data"));

        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, "WIR-GAT-0001"), (answer.Status, answer.Code)));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_no_complete_answer()
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => fixture.GetAsync("/hsds/break-off"));
    }
}
