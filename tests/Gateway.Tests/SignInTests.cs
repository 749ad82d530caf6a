using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Wir.TestKit;
using Xunit;

namespace Wir.Gateway.Tests;

/// <summary>A gateway whose people sign in at a real OpenID provider, the npm package oidc-provider.</summary>
public sealed class SignInFixture : GatewayFixture
{
    private readonly int _port = FreePort();
    private Process? _provider;

    public string Issuer => $"http://127.0.0.1:{_port}";

    /// <summary>The provider's key, which the tests share so that they can sign what the provider never would.</summary>
    public RsaSecurityKey Key { get; private set; } = NewKey("first");

    public override async ValueTask InitializeAsync()
    {
        Settings["Gateway:SignIn:Authority"] = Issuer;
        Settings["Gateway:RefusalsPerMinute"] = "100000";
        Settings["Gateway:SignIn:Audience"] = "wir-test";
        Settings["Gateway:SignIn:KeyPause"] = "00:00:01";
        await StartProviderAsync();
        await base.InitializeAsync();
    }

    /// <summary>The provider with a new key and without the old one.</summary>
    public async Task RotateAsync()
    {
        await StopProviderAsync();
        Key = NewKey("second");
        await StartProviderAsync();
    }

    public async Task<string> TokenOfProviderAsync(string? resource = null)
    {
        using var client = new HttpClient();
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "editor", ["client_secret"] = "editor-secret" };
        if (resource is not null) form["resource"] = resource;
        using var content = new FormUrlEncodedContent(form);
        using var answer = await client.PostAsync($"{Issuer}/token", content);
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return (string?)json["access_token"] ?? throw new InvalidOperationException(json.ToJsonString());
    }

    /// <summary>A token as the provider makes them, with what a test changes.</summary>
    public string Sign(Action<SecurityTokenDescriptor>? change = null, SigningCredentials? credentials = null)
    {
        var now = DateTime.UtcNow;
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = Issuer, Audience = "wir-test", IssuedAt = now, NotBefore = now, Expires = now.AddMinutes(5),
            SigningCredentials = credentials ?? new SigningCredentials(Key, SecurityAlgorithms.RsaSha256),
            Claims = new Dictionary<string, object> { ["sub"] = "anna@example.org", ["wir_scopes"] = "welcome:write", ["wir_areas"] = "06635015" },
        };
        change?.Invoke(descriptor);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }

    public Task<Answer> MeAsync(string token) => GetAsync("/api/clients/v1/me", null, ("Authorization", "Bearer " + token));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await StopProviderAsync();
        GC.SuppressFinalize(this);
    }

    private static RsaSecurityKey NewKey(string id) => new(RSA.Create(2048)) { KeyId = id };

    private async Task StartProviderAsync()
    {
        var directory = await NodeTools.DirectoryAsync();
        var jwk = JsonWebKeyConverter.ConvertFromRSASecurityKey(Key);
        var jwks = Path.Combine(Path.GetTempPath(), $"wir-jwks-{_port}.json");
        var key = new { kty = "RSA", use = "sig", alg = "RS256", kid = jwk.Kid, n = jwk.N, e = jwk.E, d = jwk.D, p = jwk.P, q = jwk.Q, dp = jwk.DP, dq = jwk.DQ, qi = jwk.QI };
        await File.WriteAllTextAsync(jwks, System.Text.Json.JsonSerializer.Serialize(new { keys = new[] { key } }));
        _provider = NodeTools.Start(directory, "node", "provider.mjs", $"{_port}", jwks);
        _ = _provider.StandardError.ReadToEndAsync();
        using var client = new HttpClient();
        await Eventually.TrueAsync(async () => (await client.GetAsync($"{Issuer}/.well-known/openid-configuration")).IsSuccessStatusCode, "the provider answers", TimeSpan.FromSeconds(60));
        File.Delete(jwks);
    }

    private async Task StopProviderAsync()
    {
        if (_provider is null) return;
        _provider.Kill(entireProcessTree: true);
        await _provider.WaitForExitAsync();
        _provider.Dispose();
        _provider = null;
    }
}

public sealed class SignInTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task A_token_of_the_provider_becomes_a_person_with_known_scopes_and_areas_only()
    {
        var answer = await fixture.MeAsync(await fixture.TokenOfProviderAsync());

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.StartsWith("person:", (string)answer.Json["subject"]!, StringComparison.Ordinal);
        Assert.Equal(["registry:write", "welcome:write"], answer.Json["scopes"]!.AsArray().Select(scope => (string)scope!));
        Assert.Equal(["06635015"], answer.Json["areas"]!.AsArray().Select(area => (string)area!));
    }

    [Fact]
    public async Task The_services_get_a_token_of_the_gateway_and_never_the_persons_own_nor_a_name()
    {
        var mine = fixture.Sign();

        var answer = await fixture.GetAsync("/api/registry/v1/echo", null, ("Authorization", "Bearer " + mine));

        Assert.DoesNotContain(mine, answer.Text, StringComparison.Ordinal);
        var inside = new JsonWebToken(((string)answer.Json["headers"]!["authorization"]!).Split(' ')[1]);
        Assert.Equal("wir-gateway", inside.Issuer);
        Assert.DoesNotContain("anna", inside.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_provider_may_change_its_keys()
    {
        Assert.Equal(HttpStatusCode.OK, (await fixture.MeAsync(fixture.Sign())).Status);

        await fixture.RotateAsync();

        await Eventually.TrueAsync(async () => (await fixture.MeAsync(await fixture.TokenOfProviderAsync())).Status == HttpStatusCode.OK, "the new key is known");
    }

    [Fact]
    public async Task A_token_of_the_provider_for_somebody_else_is_refused() => await IsRefusedAsync(await fixture.TokenOfProviderAsync("urn:other"));

    [Fact]
    public Task A_wrong_audience_is_refused() => IsRefusedAsync(fixture.Sign(token => token.Audience = "other"));

    [Fact]
    public Task A_wrong_issuer_is_refused() => IsRefusedAsync(fixture.Sign(token => token.Issuer = "https://evil.example"));

    [Fact]
    public Task An_expired_token_is_refused() => IsRefusedAsync(fixture.Sign(token => (token.NotBefore, token.Expires) = (DateTime.UtcNow.AddMinutes(-10), DateTime.UtcNow.AddMinutes(-1))));

    [Fact]
    public Task A_token_without_an_end_is_refused() => IsRefusedAsync(fixture.Sign(token => token.Expires = null));

    [Fact]
    public Task A_token_without_a_subject_is_refused() => IsRefusedAsync(fixture.Sign(token => token.Claims.Remove("sub")));

    [Fact]
    public async Task Clocks_may_differ_a_little_and_no_more()
    {
        Assert.Equal(HttpStatusCode.OK, (await fixture.MeAsync(fixture.Sign(token => token.NotBefore = DateTime.UtcNow.AddSeconds(20)))).Status);
        Assert.Equal(HttpStatusCode.OK, (await fixture.MeAsync(fixture.Sign(token => (token.NotBefore, token.Expires) = (DateTime.UtcNow.AddMinutes(-5), DateTime.UtcNow.AddSeconds(-20))))).Status);
        await IsRefusedAsync(fixture.Sign(token => token.NotBefore = DateTime.UtcNow.AddSeconds(90)));
    }

    [Fact]
    public async Task A_token_without_signature_is_refused()
    {
        var payload = fixture.Sign().Split('.')[1];

        foreach (var algorithm in new[] { "none", "None", "NONE" })
        {
            var header = Base64UrlEncoder.Encode($$"""{"alg":"{{algorithm}}","typ":"JWT"}""");
            await IsRefusedAsync($"{header}.{payload}.");
            await IsRefusedAsync($"{header}.{payload}.AAAA");
        }
    }

    [Fact]
    public async Task The_public_key_is_no_secret_to_sign_with()
    {
        var rsa = fixture.Key.Rsa;
        foreach (var secret in new[] { rsa.ExportSubjectPublicKeyInfoPem(), rsa.ExportRSAPublicKeyPem() })
        {
            var shared = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)) { KeyId = fixture.Key.KeyId };
            await IsRefusedAsync(fixture.Sign(null, new SigningCredentials(shared, SecurityAlgorithms.HmacSha256)));
        }
    }

    [Fact]
    public async Task Another_key_under_the_same_name_and_a_key_in_the_header_are_refused()
    {
        using var other = RSA.Create(2048);
        await IsRefusedAsync(fixture.Sign(null, new SigningCredentials(new RsaSecurityKey(other) { KeyId = fixture.Key.KeyId }, SecurityAlgorithms.RsaSha256)));
        var jwk = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(other.ExportParameters(false)));
        await IsRefusedAsync(fixture.Sign(token => token.AdditionalHeaderClaims = new Dictionary<string, object>
        {
            ["jwk"] = new Dictionary<string, object> { ["kty"] = "RSA", ["n"] = jwk.N, ["e"] = jwk.E }, ["jku"] = "http://127.0.0.1:1/jwks",
        }, new SigningCredentials(new RsaSecurityKey(other), SecurityAlgorithms.RsaSha256)));
    }

    [Theory]
    [InlineData("Bearer ")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer ....")]
    [InlineData("Basic YTpi")]
    public async Task What_is_no_token_is_refused(string header)
    {
        var answer = await fixture.GetAsync("/api/clients/v1/me", null, ("Authorization", header));

        Assert.Equal((HttpStatusCode.Unauthorized, "WIR-GAT-0007"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_key_and_a_token_together_are_refused()
    {
        var answer = await fixture.GetAsync("/api/clients/v1/me", fixture.ApiKeyOf("reader"), ("Authorization", "Bearer " + fixture.Sign()));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
    }

    private async Task IsRefusedAsync(string token)
    {
        var answer = await fixture.MeAsync(token);

        Assert.Equal((HttpStatusCode.Unauthorized, "WIR-GAT-0007"), (answer.Status, answer.Code));
    }
}
