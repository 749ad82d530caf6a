using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Wir.TestKit;
using Xunit;

namespace Wir.Gateway.Tests;

public sealed class RoutingTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    [Theory]
    [InlineData("/api/registry/v1/associations?area=06635015&q=a%2Fb", "registry")]
    [InlineData("/hsds/organizations", "registry")]
    [InlineData("/", "portal")]
    [InlineData("/de/p/ABC", "portal")]
    public async Task A_path_reaches_its_service_unchanged(string path, string service)
    {
        var answer = await fixture.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(service, (string?)answer.Json["service"]);
        Assert.Equal(path, (string?)answer.Json["path"] + (string?)answer.Json["query"]);
    }

    [Theory]
    [InlineData("/api/registry/v2/associations")]
    [InlineData("/api/unknown")]
    [InlineData("/docs/problems/WIR-XXX-0001")]
    public async Task A_path_for_programs_that_nobody_knows_is_no_page(string path)
    {
        var answer = await fixture.GetAsync(path);

        Assert.Equal((HttpStatusCode.NotFound, "WIR-COM-0010"), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("/api/monitor/v1/indicators")]
    [InlineData("/openapi/monitor.json")]
    public async Task A_service_that_is_down_is_a_problem_of_the_gateway(string path)
    {
        var answer = await fixture.GetAsync(path);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "WIR-GAT-0001"), (answer.Status, answer.Code));
        Assert.NotNull(answer.Header("Retry-After"));
        Assert.DoesNotContain("127.0.0.1", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_that_a_service_tells_itself_keeps_its_words()
    {
        var answer = await fixture.GetAsync("/api/registry/v1/own-failure");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Contains("own words", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_document_is_shown_under_its_public_name()
    {
        var answer = await fixture.GetAsync("/openapi/registry.json");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("WIR registry", (string?)answer.Json["info"]!["title"]);
    }

    [Fact]
    public async Task The_gateway_describes_its_own_api()
    {
        var answer = await fixture.GetAsync("/openapi/clients.json");

        Assert.StartsWith("3.1", (string)answer.Json["openapi"]!, StringComparison.Ordinal);
        Assert.Contains("/api/clients/v1/clients/{id}", answer.Json["paths"]!.AsObject().Select(path => path.Key));
        Assert.DoesNotContain(answer.Json["paths"]!.AsObject(), path => !path.Key.StartsWith("/api/clients/v1/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Health_is_the_gateways_own_and_for_operators_alone()
    {
        using var operators = new HttpClient { BaseAddress = fixture.Operators };

        var ready = await operators.GetFromJsonAsync<JsonNode>(new Uri("/health/ready", UriKind.Relative));

        // It does not depend on the services, of which one is down.
        Assert.Equal("healthy", (string?)ready!["status"]);
        Assert.NotNull(ready["checks"]!["database"]);
        foreach (var path in new[] { "/health", "/health/live", "/health/ready", "/HEALTH/ready" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await fixture.GetAsync(path)).Status);
        }
    }

    [Fact]
    public async Task Release_keys_pages_and_reader_are_served()
    {
        Assert.NotNull((await fixture.GetAsync("/version")).Json["version"]);
        Assert.Equal("P-256", (string?)(await fixture.GetAsync("/.well-known/jwks.json")).Json["keys"]![0]!["crv"]);
        Assert.Contains("Interner Fehler", (await fixture.GetAsync("/docs/problems/WIR-COM-0001")).Text, StringComparison.Ordinal);
        Assert.Contains("WIR-GAT-0001", (await fixture.GetAsync("/docs/problems")).Text, StringComparison.Ordinal);
        var reader = await fixture.GetAsync("/docs/index.html");
        Assert.StartsWith("text/html", reader.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", reader.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("/openapi/registry.json", (await fixture.GetAsync("/docs/index.js")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_comes_back_is_reached_again()
    {
        await using var other = new GatewayFixture();
        await other.InitializeAsync();
        await other.Registry.StopAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await other.GetAsync("/api/registry/v1/associations")).Status);

        await other.Registry.StartAsync(other.Address);

        await Eventually.TrueAsync(async () => (await other.GetAsync("/api/registry/v1/associations")).Status == HttpStatusCode.OK, "the service is reached again");
    }
}
