using System.Net;
using Xunit;

namespace Wir.Gateway.Tests;

/// <summary>What browsers are told.</summary>
public sealed class BrowserTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private static readonly (string, string) s_origin = ("Origin", "https://example.org");

    [Fact]
    public async Task Any_web_page_may_read_what_is_public_and_never_with_credentials()
    {
        var read = await fixture.GetAsync("/api/registry/v1/associations", null, s_origin);
        var keyed = await fixture.GetAsync("/api/registry/v1/associations", fixture.ApiKeyOf("reader"), s_origin);
        var post = await fixture.SendAsync(HttpMethod.Post, "/api/registry/v1/submissions", null, "{}", s_origin);
        var page = await fixture.GetAsync("/", null, s_origin);

        Assert.Equal("*", read.Header("Access-Control-Allow-Origin"));
        Assert.Contains("ETag", read.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.All([keyed, post, page], answer => Assert.Null(answer.Header("Access-Control-Allow-Origin")));
        Assert.All([read, keyed, post, page], answer => Assert.Null(answer.Header("Access-Control-Allow-Credentials")));
    }

    [Fact]
    public async Task A_preflight_allows_reads_and_no_key()
    {
        var get = await fixture.SendAsync(HttpMethod.Options, "/api/registry/v1/associations", null, null, s_origin, ("Access-Control-Request-Method", "GET"));
        var put = await fixture.SendAsync(HttpMethod.Options, "/api/registry/v1/associations", null, null, s_origin, ("Access-Control-Request-Method", "PUT"));

        Assert.Equal((HttpStatusCode.NoContent, "GET, HEAD"), (get.Status, get.Header("Access-Control-Allow-Methods")));
        Assert.DoesNotContain("X-Api-Key", get.Header("Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.Null(put.Header("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("/api/registry/v1/associations")]
    [InlineData("/api/unknown")]
    [InlineData("/api/monitor/v1/data")]
    [InlineData("/docs/problems")]
    [InlineData("/version")]
    [InlineData("/page")]
    public async Task Every_answer_says_what_a_browser_may_do_with_it(string path)
    {
        var answer = await fixture.GetAsync(path);

        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Contains("frame-ancestors 'none'", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("DENY", answer.Header("X-Frame-Options"));
        Assert.NotNull(answer.Header("Referrer-Policy"));
        Assert.Null(answer.Header("Server"));
    }

    [Fact]
    public async Task An_anonymous_body_may_be_what_a_person_types_and_not_more()
    {
        var most = await fixture.SendAsync(HttpMethod.Post, "/api/registry/v1/body", null, new string('a', 64 * 1024));
        var more = await fixture.SendAsync(HttpMethod.Post, "/api/registry/v1/body", null, new string('a', (64 * 1024) + 1));

        Assert.Equal(64 * 1024, (int)most.Json["length"]!);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "WIR-COM-0016"), (more.Status, more.Code));
        Assert.Contains("65536", more.Text, StringComparison.Ordinal);
    }
}
