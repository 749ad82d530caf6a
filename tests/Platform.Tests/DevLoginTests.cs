using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace Wir.Platform.Tests;

/// <summary>The sign-in for developers: code flow with PKCE, and what the gateway makes of its tokens.</summary>
[Lane(Lane.Platform)]
public sealed partial class DevLoginTests(WholePlatform platform) : IDisposable
{
    private const string Redirect = "http://127.0.0.1:4711/signed-in";
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Each_role_of_a_person_can_be_chosen_and_may_do_what_its_key_may()
    {
        var provider = await DiscoverAsync();
        var roles = RoleButton().Matches(await _http.GetStringAsync(AuthorizeAddress(provider, "verifier"))).Select(match => match.Groups[1].Value).ToList();
        // A service has a key, and nobody signs in as one.
        Assert.Equal(platform.Instance.Keys.Keys.Except(["registry", "welcomepackage", "monitor"]).Order(), roles.Order());

        foreach (var role in roles)
        {
            var verifier = Base64UrlTextEncoder.Encode(RandomNumberGenerator.GetBytes(32));
            var tokens = await RedeemAsync(provider, await ChooseAsync(provider, role, verifier), verifier);
            var person = await MeAsync(new AuthenticationHeaderValue("Bearer", (string)tokens["access_token"]!));
            using var door = platform.Door(role);
            var key = JsonNode.Parse((await door.GetAsync("/api/clients/v1/me")).Text)!;

            Assert.StartsWith("person:", (string)person["subject"]!, StringComparison.Ordinal);
            Assert.Equal(key["scopes"]!.ToJsonString(), person["scopes"]!.ToJsonString());
            Assert.Equal(key["areas"]!.ToJsonString(), person["areas"]!.ToJsonString());
        }
    }

    [Fact]
    public async Task A_code_counts_once_and_for_its_own_verifier()
    {
        var provider = await DiscoverAsync();

        var stolen = await RedeemAsync(provider, await ChooseAsync(provider, "reader", "the right verifier"), "another verifier");
        var code = await ChooseAsync(provider, "reader", "the right verifier");
        var first = await RedeemAsync(provider, code, "the right verifier");
        var second = await RedeemAsync(provider, code, "the right verifier");

        Assert.Equal("invalid_grant", (string?)stolen["error"]);
        Assert.NotNull(first["id_token"]);
        Assert.Equal("invalid_grant", (string?)second["error"]);
    }

    [Theory]
    [InlineData("redirect_uri", "https://evil.example/")]
    [InlineData("redirect_uri", "javascript:alert(1)")]
    [InlineData("code_challenge_method", "plain")]
    [InlineData("response_type", "token")]
    [InlineData("code_challenge", "")]
    public async Task Whoever_asks_otherwise_is_sent_nowhere(string parameter, string value)
    {
        var provider = await DiscoverAsync();
        var asked = QueryHelpers.ParseQuery(new Uri(AuthorizeAddress(provider, "verifier")).Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        asked[parameter] = value;

        using var page = await _http.GetAsync(QueryHelpers.AddQueryString((string)provider["authorization_endpoint"]!, asked!));
        asked["role"] = "operator";
        using var form = new FormUrlEncodedContent(asked);
        using var chosen = await _http.PostAsync((string)provider["authorization_endpoint"]!, form);

        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, chosen.StatusCode);
    }

    private async Task<JsonNode> DiscoverAsync() =>
        JsonNode.Parse(await _http.GetStringAsync($"http://127.0.0.1:{platform.PortOf("devlogin")}/.well-known/openid-configuration"))!;

    private static string AuthorizeAddress(JsonNode provider, string verifier) => QueryHelpers.AddQueryString((string)provider["authorization_endpoint"]!, new Dictionary<string, string?>
    {
        ["response_type"] = "code", ["client_id"] = "test", ["redirect_uri"] = Redirect, ["scope"] = "openid", ["state"] = "a&b<", ["nonce"] = "n", ["code_challenge_method"] = "S256",
        ["code_challenge"] = Base64UrlTextEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
    });

    private async Task<string> ChooseAsync(JsonNode provider, string role, string verifier)
    {
        var fields = QueryHelpers.ParseQuery(new Uri(AuthorizeAddress(provider, verifier)).Query).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToString())).Append(KeyValuePair.Create("role", role));
        using var form = new FormUrlEncodedContent(fields);
        using var answer = await _http.PostAsync((string)provider["authorization_endpoint"]!, form);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var location = answer.Headers.Location!;
        Assert.StartsWith(Redirect, location.ToString(), StringComparison.Ordinal);
        var query = QueryHelpers.ParseQuery(location.Query);
        Assert.Equal("a&b<", query["state"].ToString());
        return query["code"].ToString();
    }

    private async Task<JsonNode> RedeemAsync(JsonNode provider, string code, string verifier)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = Redirect, ["client_id"] = "test", ["code_verifier"] = verifier,
        });
        using var answer = await _http.PostAsync((string)provider["token_endpoint"]!, form);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private async Task<JsonNode> MeAsync(AuthenticationHeaderValue authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(platform.Instance.Address, "/api/clients/v1/me"));
        request.Headers.Authorization = authorization;
        using var answer = await _http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    [GeneratedRegex("""<button name="role" value="(\w+)">""")]
    private static partial Regex RoleButton();
}
