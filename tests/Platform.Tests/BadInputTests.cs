using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Wir.Demo;

namespace Wir.Platform.Tests;

/// <summary>What is wrong with a request is said by the right 4xx problem, through the gateway as well: its code, and where the fault is.</summary>
[Lane(Lane.Platform)]
[Collection(WholePlatform.Tests)]
public sealed class BadInputTests(WholePlatform platform)
{
    private const string Submissions = "/api/registry/v1/submissions";
    private const string Packages = "/api/welcome/v1/packages";

    [Theory]
    [InlineData(null, Submissions, """{ "kind": "initiative", """, 400, "WIR-COM-0002")]
    [InlineData(null, Submissions, """{ "kind": "initiative", "name": 7, "area": "06635015" }""", 400, "WIR-COM-0003", "/name")]
    [InlineData(null, Submissions, """{ "kind": "initiative", "nmae": "Chor", "area": "06635015" }""", 400, "WIR-COM-0003", "/nmae", "/name")]
    [InlineData("municipality", Packages, """{ "area": 6635015, "language": "ar", "channel": "office" }""", 400, "WIR-COM-0003", "/area")]
    [InlineData("municipality", Packages, """{ "area": "06635015", "language": "ar", "channel": "office", "colour": "red" }""", 400, "WIR-COM-0003", "/colour")]
    [InlineData("municipality", Packages, "[]", 400, "WIR-COM-0003")]
    [InlineData(null, Packages, """{ "area": "06635015", "language": "ar", "wantedLanguage": "ar", "channel": "office" }""", 401, "WIR-COM-0007")]
    [InlineData("reader", Packages, """{ "area": "06635015", "language": "ar", "wantedLanguage": "ar", "channel": "office" }""", 403, "WIR-COM-0008")]
    [InlineData("otherMunicipality", Packages, """{ "area": "06635015", "language": "ar", "wantedLanguage": "ar", "channel": "office" }""", 403, "WIR-COM-0009")]
    public async Task A_bad_body_is_refused(string? key, string path, string body, int status, string code, params string[] pointers)
    {
        using var door = platform.Door(key);
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

        var reply = await door.SendAsync(HttpMethod.Post, path, content);

        IsProblem(reply, status, code, pointers);
    }

    [Theory]
    [InlineData("/api/registry/v1/associations?area=06635999", 400, "WIR-COM-0021", "?area")]
    [InlineData("/api/registry/v1/associations?are=06635015", 400, "WIR-COM-0005", "?are")]
    [InlineData("/api/registry/v1/associations?limit=many", 400, "WIR-COM-0006", "?limit")]
    [InlineData("/api/registry/v1/associations?cursor=made-up", 400, "WIR-COM-0024", "?cursor")]
    [InlineData("/api/registry/v1/associations/not-an-id", 404, "WIR-COM-0010")]
    [InlineData("/api/welcome/v1/tree?lang=klingon&area=06635015", 400, "WIR-COM-0022", "?lang")]
    [InlineData("/api/welcome/v1/tree?lang=de&area=nowhere", 400, "WIR-COM-0021", "?area")]
    [InlineData("/api/monitor/v1/overview?area=99", 400, "WIR-COM-0021", "?area")]
    [InlineData("/api/monitor/v1/overview?district=06635", 400, "WIR-COM-0005", "?district")]
    [InlineData("/api/registry/v1/nothing", 404, "WIR-COM-0010")]
    public async Task A_bad_address_is_refused(string path, int status, string code, params string[] pointers)
    {
        using var door = platform.Door();

        IsProblem(await door.GetAsync(path), status, code, pointers);
    }

    [Fact]
    public async Task A_made_up_key_is_refused_and_not_repeated()
    {
        using var door = new Door(platform.Instance.Address, "wir_0000_made-up-secret");

        var reply = await door.GetAsync("/api/registry/v1/associations");

        IsProblem(reply, 401, null, []);
        Assert.DoesNotContain("made-up-secret", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_problem_is_told_in_the_readers_language()
    {
        using var http = new HttpClient { BaseAddress = platform.Instance.Address };
        async Task<string> TitleAsync(string language)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/registry/v1/associations?area=06635999", UriKind.Relative));
            request.Headers.AcceptLanguage.ParseAdd(language);
            using var response = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            return await response.Content.ReadAsStringAsync();
        }

        Assert.Contains("Unbekanntes Gebiet", await TitleAsync("de"), StringComparison.Ordinal);
        Assert.Contains("Unknown area", await TitleAsync("en"), StringComparison.Ordinal);
    }

    private static void IsProblem(Reply reply, int status, string? code, string[] pointers)
    {
        Assert.True((int)reply.Status == status, $"{reply.Request} answered {(int)reply.Status} instead of {status}: {reply.Text}");
        Assert.Equal("application/problem+json", reply.Type?.MediaType);
        var problem = reply.Json;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        if (code is not null) Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal($"/docs/problems/{problem.GetProperty("code").GetString()}", problem.GetProperty("type").GetString());
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString());
        var told = problem.TryGetProperty("errors", out var errors) ? errors.EnumerateArray().Select(e => e.GetProperty("pointer").GetString()).ToList() : [];
        Assert.All(pointers, pointer => Assert.Contains(pointer, told));
    }
}
