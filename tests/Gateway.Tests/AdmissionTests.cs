using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Wir.Gateway.Tests;

/// <summary>
/// What a client does wrong is answered at the edge, as often as it is done, and closes no service to anybody: after each of
/// these the next honest request is answered.
/// </summary>
public sealed class AdmissionTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const string Path = "/api/registry/v1/associations";
    private const string Body = "/api/registry/v1/body";

    // More than the breaker needs.
    private const int Often = 30;

    [Theory]
    [InlineData("User-Agent: Pr\u00fcfer", true)]
    [InlineData("X-Note: \u0645\u0631\u062d\u0628\u0627", true)]
    [InlineData("Accept-Language: de\u007f", true)]
    [InlineData("X-Bell: \u0007", true)]
    [InlineData("User-Agent: Pr\u00fcfer", false)]
    public async Task A_header_that_is_no_ASCII_is_refused(string header, bool isUtf8)
    {
        for (var i = 0; i < Often; i++)
        {
            var answer = await RawAsync($"GET {Path} HTTP/1.1\r\nHost: a\r\n{header}\r\nConnection: close\r\n\r\n", isUtf8 ? Encoding.UTF8 : Encoding.Latin1);

            Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
            if (isUtf8) Assert.Contains($"\"pointer\":\"{header.Split(':')[0]}\"", answer, StringComparison.Ordinal);
        }

        await IsOpenAsync();
    }

    [Fact]
    public async Task All_headers_that_are_no_ASCII_are_named()
    {
        var answer = await RawAsync($"GET {Path} HTTP/1.1\r\nHost: a\r\nX-One: \u00fc\r\nX-Two: \u00fc\r\nConnection: close\r\n\r\n", Encoding.UTF8);

        Assert.Contains("WIR-COM-0029", answer, StringComparison.Ordinal);
        Assert.Contains("X-One", answer, StringComparison.Ordinal);
        Assert.Contains("X-Two", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "Content-Length: 2", "{}")]
    [InlineData("HEAD", "Content-Length: 2", "{}")]
    [InlineData("GET", "Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n")]
    public async Task A_read_with_a_body_is_refused(string method, string header, string body)
    {
        for (var i = 0; i < Often; i++)
        {
            var answer = await RawAsync($"{method} {Path} HTTP/1.1\r\nHost: a\r\n{header}\r\nConnection: close\r\n\r\n{body}", Encoding.ASCII);
            Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        }

        await IsOpenAsync();
    }

    [Fact]
    public async Task What_is_larger_than_the_service_takes_is_refused_at_the_edge()
    {
        var key = fixture.ApiKeyOf("municipality");
        for (var i = 0; i < Often; i++)
        {
            var answer = await fixture.SendAsync(HttpMethod.Post, Body, key, new string('a', (1024 * 1024) + 1));
            Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "WIR-COM-0016"), (answer.Status, answer.Code));
            Assert.Contains("1048576", answer.Text, StringComparison.Ordinal);
        }

        Assert.Equal(1024 * 1024, (int)(await fixture.SendAsync(HttpMethod.Post, Body, key, new string('a', 1024 * 1024))).Json["length"]!);
    }

    [Fact]
    public async Task What_grows_larger_than_announced_is_refused_at_the_edge()
    {
        for (var i = 0; i < Often; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Body);
            request.Headers.TransferEncodingChunked = true;
            request.Content = new StringContent(new string('a', 70 * 1024), Encoding.UTF8, "application/json");
            using var message = await fixture.Client.SendAsync(request);
            var answer = await Answer.OfAsync(message);
            Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "WIR-COM-0016"), (answer.Status, answer.Code));
        }

        await IsOpenAsync();
    }

    [Fact]
    public async Task A_service_that_refuses_a_large_body_is_heard()
    {
        for (var i = 0; i < Often; i++)
        {
            var answer = await fixture.SendAsync(HttpMethod.Post, "/api/registry/v1/refuse", fixture.ApiKeyOf("municipality"), new string('a', 1_000_000));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
            Assert.Contains("not read", answer.Text, StringComparison.Ordinal);
        }

        await IsOpenAsync();
    }

    [Fact]
    public async Task Who_breaks_off_in_a_body_closes_nothing()
    {
        for (var i = 0; i < Often; i++)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(fixture.Address.Host, fixture.Address.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST {Body} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{new string('a', 1000)}"));
        }

        await IsOpenAsync();
    }

    [Fact]
    public async Task What_passes_the_edge_fits_the_service()
    {
        var key = fixture.ApiKeyOf("municipality");
        var long_ = await fixture.GetAsync(Path, key, ("X-Long", new string('a', 15_000)));
        var many = await fixture.GetAsync(Path, key, [.. Enumerable.Range(0, 58).Select(i => ($"X-{i}", "a"))]);
        // Each of these is written as three letters behind the edge.
        var path = await RawAsync($"GET {Path}/{new string('|', 7_000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", Encoding.ASCII);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (long_.Status, many.Status));
        Assert.StartsWith("HTTP/1.1 200", path, StringComparison.Ordinal);
    }

    private async Task IsOpenAsync() => Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync(Path)).Status);

    private async Task<string> RawAsync(string request, Encoding encoding)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(fixture.Address.Host, fixture.Address.Port);
        await socket.GetStream().WriteAsync(encoding.GetBytes(request));
        using var reader = new StreamReader(socket.GetStream());
        return await reader.ReadToEndAsync();
    }
}
