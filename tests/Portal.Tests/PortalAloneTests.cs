using System.Net;
using AngleSharp;
using AngleSharp.Dom;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Wir.Portal.Language;

namespace Wir.Portal.Tests;

/// <summary>The portal while nothing else runs: every section says so, in the reader's language, and the page stands.</summary>
[Lane(Lane.Functional)]
public sealed class PortalAloneTests : IClassFixture<PortalAloneTests.Portal>
{
    private readonly HttpClient _http;

    public PortalAloneTests(Portal portal) => _http = portal.CreateClient(new() { AllowAutoRedirect = false });

    public static TheoryData<string> Languages => [.. UiLanguage.Spoken.Select(language => language.Tag)];

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Every_section_says_that_it_cannot_be_reached(string tag)
    {
        using var response = await _http.GetAsync($"/{tag}/?municipality=06635015");

        var page = await ParseAsync(response);
        var language = UiLanguage.Find(tag)!;
        var text = language.Text;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(tag, page.DocumentElement.GetAttribute("lang"));
        Assert.Equal(language.Direction, page.DocumentElement.GetAttribute("dir"));
        Assert.Contains(text.MunicipalitiesUnavailable, page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains(text.ContentUnavailable, page.Body.TextContent, StringComparison.Ordinal);
        Assert.Contains(text.AssociationsUnavailable, page.Body.TextContent, StringComparison.Ordinal);
        Assert.Contains(text.NumberUnavailable, page.Body.TextContent, StringComparison.Ordinal);
        Assert.Contains(text.NotTheCourtRegister, page.Body.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_an_association_says_that_the_register_cannot_be_reached()
    {
        using var response = await _http.GetAsync($"/ar/associations/{Guid.CreateVersion7()}");

        var page = await ParseAsync(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(UiLanguage.Find("ar")!.Text.AssociationsUnavailable, page.Body!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/ar/associations/no-id", null, "ar")]
    [InlineData("/ar/nothing-here", null, "ar")]
    [InlineData("/en/pages/not-an-id", "ar", "en")]
    [InlineData("/xx/", "ar", "ar")]
    [InlineData("/nothing", "en-GB", "en")]
    [InlineData("/nothing", "ti", "de")]
    public async Task An_address_without_a_page_is_answered_in_the_readers_language(string path, string? acceptLanguage, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept-Language", acceptLanguage);
        using var response = await _http.SendAsync(request);

        var page = await ParseAsync(response);
        var language = UiLanguage.Find(expected)!;
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(expected, page.DocumentElement.GetAttribute("lang"));
        Assert.Equal(language.Text.NotFound, page.QuerySelector("h1")?.TextContent);
        Assert.Equal($"/{expected}/", page.QuerySelector("a.button")?.GetAttribute("href"));
    }

    [Theory]
    [InlineData("fa,ar;q=0.8,de;q=0.1", "/ar/")]
    [InlineData("en", "/en/")]
    [InlineData("tlh", "/de/")]
    public async Task The_bare_address_leads_to_the_readers_language(string acceptLanguage, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Accept-Language", acceptLanguage);
        using var response = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.Equal(expected, response.Headers.Location?.OriginalString);
        Assert.Contains("Accept-Language", response.Headers.Vary);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Pages_are_only_read(string method)
    {
        using var request = new HttpRequestMessage(new(method), "/de/");
        using var response = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow.Order());
    }

    [Theory]
    [InlineData("/de/")]
    [InlineData("/p/AAAA-BBBB")]
    [InlineData("/nothing")]
    public async Task No_page_may_load_or_run_anything_foreign(string path)
    {
        using var response = await _http.GetAsync(path);

        var page = await ParseAsync(response);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Empty(page.QuerySelectorAll("script, style, [style], [onclick], [onload]"));
    }

    [Fact]
    public async Task A_package_page_gives_its_code_to_nobody()
    {
        using var response = await _http.GetAsync("/p/AAAA-BBBB");

        var page = await ParseAsync(response);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.Contains("noindex", Assert.Single(response.Headers.GetValues("X-Robots-Tag")), StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.DoesNotContain("AAAA-BBBB", page.DocumentElement.OuterHtml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unchanged_page_is_not_sent_twice()
    {
        using var first = await _http.GetAsync("/en/");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/en/");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
    }

    [Fact]
    public async Task The_style_sheet_can_be_kept_for_good()
    {
        var page = await ParseAsync(await _http.GetAsync("/de/"));
        using var sheet = await _http.GetAsync(page.QuerySelector("link[rel=stylesheet]")!.GetAttribute("href"));

        Assert.Equal("text/css", sheet.Content.Headers.ContentType?.MediaType);
        Assert.Contains("immutable", sheet.Headers.GetValues("Cache-Control").Single(), StringComparison.Ordinal);
    }

    private static async Task<IDocument> ParseAsync(HttpResponseMessage response)
    {
        var html = await response.Content.ReadAsStringAsync();
        return await BrowsingContext.New().OpenAsync(answer => answer.Content(html));
    }

    /// <summary>Its gateway is a port at which nobody listens.</summary>
    public sealed class Portal : WebApplicationFactory<PortalOptions>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder) =>
            builder.UseEnvironment("Production").UseSetting("services:gateway:http:0", "http://127.0.0.1:9").UseSetting("Portal:Patience", "00:00:01");
    }
}
