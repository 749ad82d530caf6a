using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Wir.Gateway.Tests;

/// <summary>A gateway that lets a new signing key sign after two seconds.</summary>
public sealed class SigningFixture : GatewayFixture
{
    public SigningFixture() => Settings["Gateway:SigningKeyOverlap"] = "00:00:02";
}

/// <summary>The keys that sign change, and the gateway goes away, without anybody being refused.</summary>
public sealed class SigningKeyTests(SigningFixture fixture) : IClassFixture<SigningFixture>
{
    private const string Protected = "/api/registry/v1/internal/events";

    [Fact]
    public async Task A_new_key_is_published_before_it_signs_and_the_old_one_stays_until_its_last_token_has_ended()
    {
        var old = await KeyIdOfNewTokenAsync("before");

        Assert.Equal(HttpStatusCode.NoContent, (await fixture.SendAsync(HttpMethod.Post, "/api/clients/v1/signing-keys", fixture.ApiKeyOf("operator"))).Status);

        var published = await PublishedAsync();
        var next = Assert.Single(published, id => id != old);
        Assert.Contains(old, published);
        Assert.Equal(old, await KeyIdOfNewTokenAsync("during"));
        var clock = Stopwatch.StartNew();
        var key = fixture.ApiKeyOf("municipality");
        while (clock.Elapsed < TimeSpan.FromSeconds(3)) Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync(Protected, key)).Status);
        // The service has never seen a token of the new key: it fetches the key, and answers.
        Assert.Equal(next, await KeyIdOfNewTokenAsync("after"));
        Assert.Contains(old, await PublishedAsync());

        fixture.Clock.Ahead = TimeSpan.FromMinutes(5);
        await fixture.SendAsync(HttpMethod.Post, "/api/clients/v1/signing-keys", fixture.ApiKeyOf("operator"));
        fixture.Clock.Ahead = TimeSpan.Zero;

        Assert.DoesNotContain(old, await PublishedAsync());
        Assert.Contains(next, await PublishedAsync());
    }

    [Fact]
    public async Task Services_go_on_while_the_gateway_is_away()
    {
        var address = new Uri($"http://127.0.0.1:{GatewayFixture.FreePort()}");
        var second = await fixture.StartAsync(address);
        await using var service = new Upstream("registry");
        await service.StartAsync(address);
        var token = await NewTokenAsync("away");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(service, token));

        // It is the only gateway that this service knows.
        await second.StopAsync();

        Assert.Equal(HttpStatusCode.OK, await AskAsync(service, token));
        var further = await NewTokenAsync("still-away");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(service, further));
    }

    private static async Task<HttpStatusCode> AskAsync(Upstream service, string token)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service.Address, Protected));
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(token);
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }

    private async Task<string> KeyIdOfNewTokenAsync(string name) => new JsonWebToken((await NewTokenAsync(name)).Split(' ')[1]).Kid;

    /// <summary>Tokens are kept for half of their life, so one of a new key needs a client that has had none.</summary>
    private async Task<string> NewTokenAsync(string name)
    {
        var made = await fixture.SendAsync(HttpMethod.Post, "/api/clients/v1/clients", fixture.ApiKeyOf("operator"), $$"""{"name":"signing-{{name}}","scopes":["read:internal"],"areas":["06635"]}""");
        var key = (string)made.Json["key"]!["key"]!;
        Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync(Protected, key)).Status);
        return (string)(await fixture.GetAsync("/api/registry/v1/echo", key)).Json["headers"]!["authorization"]!;
    }

    private async Task<List<string>> PublishedAsync() =>
        [.. (await fixture.GetAsync("/.well-known/jwks.json")).Json["keys"]!.AsArray().Select(key => (string)((JsonObject)key!)["kid"]!)];
}
