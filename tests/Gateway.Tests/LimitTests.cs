using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Wir.TestKit;
using Xunit;

namespace Wir.Gateway.Tests;

/// <summary>A gateway with small limits.</summary>
public sealed class LimitedFixture : GatewayFixture
{
    public LimitedFixture()
    {
        Settings["Gateway:AnonymousReadsPerMinute"] = "30";
        Settings["Gateway:AnonymousWritesPerMinute"] = "5";
        Settings["Gateway:ClientRequestsPerMinute"] = "40";
        Settings["Gateway:RefusalsPerMinute"] = "10";
        Settings["Gateway:AnonymousOpenRequests"] = "4";
        Settings["Gateway:TrustedProxies:0"] = "10.0.0.0/8";
    }
}

public sealed class LimitTests(LimitedFixture fixture) : IClassFixture<LimitedFixture>, IAsyncLifetime
{
    private const string Path = "/api/registry/v1/associations";

    public async ValueTask InitializeAsync() => await fixture.RenewAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_address_without_credentials_is_limited_and_told_when_to_come_back()
    {
        var answers = new List<Answer>();
        for (var i = 0; i < 40; i++) answers.Add(await fixture.GetAsync(Path, null, ("X-Forwarded-For", $"203.0.113.{i}")));

        var refused = answers.First(answer => answer.Status == HttpStatusCode.TooManyRequests);
        Assert.InRange(answers.TakeWhile(answer => answer.Status == HttpStatusCode.OK).Count(), 29, 35);
        Assert.Equal("\"reads\";q=30;w=60", answers[0].Header("RateLimit-Policy"));
        Assert.StartsWith("\"reads\";r=29;", answers[0].Header("RateLimit"), StringComparison.Ordinal);
        Assert.Equal("WIR-COM-0019", refused.Code);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        await IsTakenAgainAsync();
    }

    [Fact]
    public async Task Readers_behind_the_portal_are_counted_each_for_themselves()
    {
        // What the portal got with a page's request it sends back with its own; here for two readers.
        var mine = (string)(await fixture.GetAsync("/page")).Json["headers"]!["x-wir-reader"]!;
        var other = fixture.Sign("198.51.100.9");
        for (var i = 0; i < 40; i++) await fixture.GetAsync(Path, null, ("X-Wir-Reader", other));

        Assert.Equal(HttpStatusCode.TooManyRequests, (await fixture.GetAsync(Path, null, ("X-Wir-Reader", other))).Status);
        Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync(Path, null, ("X-Wir-Reader", mine))).Status);
        // A signature for another address does not carry over: it counts as the connection's own.
        var forged = await fixture.GetAsync(Path, null, ("X-Wir-Reader", other.Replace("198.51.100.9", "198.51.100.10", StringComparison.Ordinal)));
        Assert.StartsWith("\"reads\";r=28", forged.Header("RateLimit"), StringComparison.Ordinal);
        await IsTakenAgainAsync(("X-Wir-Reader", other));
    }

    [Fact]
    public async Task Posts_have_a_smaller_limit_and_clients_their_own()
    {
        var posts = new List<HttpStatusCode>();
        for (var i = 0; i < 7; i++) posts.Add((await fixture.SendAsync(HttpMethod.Post, "/api/registry/v1/submissions", null, "{}")).Status);
        var keyed = await fixture.GetAsync(Path, fixture.ApiKeyOf("reader"));

        Assert.Equal(HttpStatusCode.TooManyRequests, posts[^1]);
        Assert.Equal("\"client\";q=40;w=60", keyed.Header("RateLimit-Policy"));
        var made = await fixture.SendAsync(HttpMethod.Post, "/api/clients/v1/clients", fixture.ApiKeyOf("operator"), """{"name":"small","scopes":[],"requestsPerMinute":3}""");
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var key = (string)made.Json["key"]!["key"]!;
        var own = new List<HttpStatusCode>();
        for (var i = 0; i < 5; i++) own.Add((await fixture.GetAsync(Path, key)).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, own[^1]);
    }

    [Fact]
    public async Task Credentials_that_do_not_hold_are_limited_and_those_that_do_are_not()
    {
        var answers = new List<Answer>();
        for (var i = 0; i < 15; i++) answers.Add(await fixture.GetAsync(Path, $"wir_nobody_{i}"));

        var refused = answers[^1];
        Assert.Equal(HttpStatusCode.Unauthorized, answers[0].Status);
        Assert.Equal((HttpStatusCode.TooManyRequests, "WIR-COM-0019"), (refused.Status, refused.Code));
        Assert.Equal("\"refusals\";q=10;w=60", refused.Header("RateLimit-Policy"));
        Assert.NotNull(refused.Header("Retry-After"));
        Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync(Path, fixture.ApiKeyOf("reader"))).Status);
    }

    [Fact]
    public async Task One_address_has_so_many_requests_open_and_others_are_served_meanwhile()
    {
        var slow = Enumerable.Range(0, 4).Select(_ => fixture.GetAsync("/api/registry/v1/slow")).ToList();
        await Eventually.TrueAsync(() => Task.FromResult(fixture.Registry.Open == 4), "four are open");

        var fifth = fixture.GetAsync(Path);
        var other = await fixture.GetAsync(Path, null, ("X-Wir-Reader", fixture.Sign("198.51.100.77")));
        var client = await fixture.GetAsync(Path, fixture.ApiKeyOf("reader"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (other.Status, client.Status));
        Assert.False(fifth.IsCompleted);
        fixture.Registry.Release();
        Assert.Equal(HttpStatusCode.OK, (await fifth).Status);
        Assert.All(await Task.WhenAll(slow), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
    }

    [Fact]
    public async Task Version_and_keys_are_never_limited()
    {
        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync("/version")).Status);
            Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync("/.well-known/jwks.json")).Status);
        }
    }

    [Fact]
    public async Task Headers_that_are_too_large_are_refused()
    {
        var answer = await fixture.GetAsync(Path, null, ("X-Large", new string('a', 20_000)));

        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, answer.Status);
    }

    [Fact]
    public async Task Who_sends_headers_drop_by_drop_is_cut_off()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(fixture.Address.Host, fixture.Address.Port);
        var stream = socket.GetStream();
        var clock = Stopwatch.StartNew();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "));
        var end = ReadToEndAsync(stream);
        await DripAsync(stream, end, clock);

        Assert.Contains("408", await end, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Who_sends_a_body_drop_by_drop_is_cut_off()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(fixture.Address.Host, fixture.Address.Port);
        var stream = socket.GetStream();
        var clock = Stopwatch.StartNew();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("POST /api/clients/v1/clients HTTP/1.1\r\nHost: a\r\nX-Api-Key: " + fixture.ApiKeyOf("operator") + "\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"));
        var end = ReadToEndAsync(stream);
        await DripAsync(stream, end, clock);

        Assert.Contains("408", await end, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(20));
    }

    private Task IsTakenAgainAsync(params (string Name, string Value)[] headers) => Eventually.TrueAsync(
        async () => (await fixture.GetAsync(Path, null, headers)).Status == HttpStatusCode.OK,
        "there is room for one more", TimeSpan.FromSeconds(15));

    /// <summary>One byte each second, as the attack does, until the server has had enough.</summary>
    private static async Task DripAsync(NetworkStream stream, Task end, Stopwatch clock)
    {
        while (!end.IsCompleted && clock.Elapsed < TimeSpan.FromSeconds(25))
        {
            await Task.WhenAny(end, Task.Delay(TimeSpan.FromSeconds(1)));
            if (!end.IsCompleted) await TryWriteAsync(stream);
        }
    }

    private static async Task TryWriteAsync(NetworkStream stream)
    {
        try
        {
            await stream.WriteAsync("a"u8.ToArray());
        }
        catch (IOException)
        {
            // Cut off between two bytes: what was waited for.
        }
    }

    private static async Task<string> ReadToEndAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
