using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

public sealed class PipelineTests(SampleFixture fixture) : IClassFixture<SampleFixture>
{
    private readonly SampleApi _api = fixture.Api;

    [Fact]
    public async Task A_bug_tells_nothing_but_its_trace()
    {
        var answer = await _api.GetAsync("/bug");

        Assert.Equal((HttpStatusCode.InternalServerError, "WIR-COM-0001"), (answer.Status, answer.Code));
        Assert.Equal("application/problem+json", answer.Message.Content.Headers.ContentType?.MediaType);
        Assert.Matches("^[0-9a-f]{32}$", (string?)answer.Json["traceId"]);
        Assert.DoesNotContain("hunter2", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/nothing", 404, "WIR-COM-0010")]
    [InlineData("GET", "/things/no-uuid", 404, "WIR-COM-0010")]
    [InlineData("DELETE", "/things", 405, "WIR-COM-0011")]
    public async Task A_bare_status_gets_its_problem(string method, string path, int status, string code)
    {
        var answer = await _api.SendAsync(new HttpMethod(method), path);

        Assert.Equal((status, code), ((int)answer.Status, answer.Code));
        Assert.Equal($"/docs/problems/{code}", (string?)answer.Json["type"]);
    }

    [Theory]
    [InlineData("de", "Nicht gefunden")]
    [InlineData("en", "Not found")]
    [InlineData("fr", "Nicht gefunden")]
    [InlineData("fr, en;q=0.5", "Not found")]
    public async Task Problems_speak_the_language_asked_for(string accept, string title)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nothing");
        request.Headers.AcceptLanguage.ParseAdd(accept);
        using var client = new HttpClient { BaseAddress = _api.Client.BaseAddress };

        var answer = await Answer.OfAsync(await client.SendAsync(request));

        Assert.Equal(title, (string?)answer.Json["title"]);
    }

    [Fact]
    public async Task Unknown_parameters_are_all_named_with_what_was_meant()
    {
        var answer = await _api.GetAsync("/things?limt=3&area=06635&colour=red");

        Assert.Equal((HttpStatusCode.BadRequest, "WIR-COM-0005"), (answer.Status, answer.Code));
        Assert.Equal(["?limt WIR-COM-0107", "?colour WIR-COM-0107"], answer.Faults);
        Assert.Contains("“limit”", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_that_cannot_be_read_are_all_named()
    {
        var answer = await _api.GetAsync("/things?limit=many&open=perhaps&from=31.05.2026&area=a%00b");

        Assert.Equal((HttpStatusCode.BadRequest, "WIR-COM-0006"), (answer.Status, answer.Code));
        Assert.Equal(["?limit WIR-COM-0109", "?area WIR-COM-0109", "?open WIR-COM-0109", "?from WIR-COM-0109"], answer.Faults);
    }

    [Fact]
    public async Task A_parameter_given_twice_is_refused() =>
        Assert.Equal(["?limit WIR-COM-0109"], (await _api.GetAsync("/things?limit=1&limit=2")).Faults);

    [Fact]
    public async Task An_interface_with_foreign_rules_ignores_them() =>
        Assert.Equal(HttpStatusCode.OK, (await _api.GetAsync("/foreign?whatever=1")).Status);

    [Theory]
    [InlineData("/version")]
    [InlineData("/openapi/v1.json")]
    public async Task Version_and_description_need_no_token(string path)
    {
        using var client = new HttpClient { BaseAddress = _api.Client.BaseAddress };

        using var response = await client.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_route_that_is_not_in_the_table_stops_the_start()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using var api = await SampleApi.StartAsync((_, group) => group.MapDelete("/things/{id:guid}/parts/{*rest}", () => TypedResults.NoContent()));
        });

        Assert.Contains($"DELETE {SampleApi.Prefix}/things/{{id}}/parts/{{rest}}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_shows_bodies_parameters_scopes_and_problems()
    {
        var document = System.Text.Json.Nodes.JsonNode.Parse(await _api.Client.GetStringAsync("/openapi/v1.json"))!;
        var things = document["paths"]![SampleApi.Prefix + "/things"]!;

        Assert.StartsWith("3.1", (string?)document["openapi"], StringComparison.Ordinal);
        Assert.Equal("#/components/schemas/Thing", (string?)things["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]);
        Assert.Contains(things["get"]!["parameters"]!.AsArray(), parameter => (string?)parameter!["name"] == "limit");
        Assert.Equal("read:internal", (string?)document["paths"]![SampleApi.Prefix + "/secrets"]!["get"]!["x-wir-scopes"]![0]);
        Assert.Equal("#/components/schemas/Problem", (string?)things["get"]!["responses"]!["default"]!["content"]!["application/problem+json"]!["schema"]!["$ref"]);
    }
}
