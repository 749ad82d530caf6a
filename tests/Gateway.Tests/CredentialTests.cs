using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Wir.Gateway.Clients;
using Wir.Gateway.Tokens;
using Wir.ServiceDefaults.Tokens;
using Xunit;

namespace Wir.Gateway.Tests;

public sealed class CredentialTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const string Protected = "/api/registry/v1/internal/events";

    [Fact]
    public async Task A_key_becomes_a_token_that_the_service_checks_against_the_JWKS()
    {
        var answer = await fixture.GetAsync(Protected, fixture.ApiKeyOf("municipality"));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.StartsWith("client:", (string)answer.Json["subject"]!, StringComparison.Ordinal);
        Assert.Equal(["06635015"], answer.Json["areas"]!.AsArray().Select(area => (string)area!));
        Assert.Contains("registry:approve", answer.Json["scopes"]!.AsArray().Select(scope => (string)scope!));
    }

    [Fact]
    public async Task Without_a_key_the_request_is_anonymous()
    {
        Assert.Equal((HttpStatusCode.Unauthorized, "WIR-COM-0007"), await StatusOf(null));
        Assert.Equal("anonymous", (string?)(await fixture.GetAsync("/api/clients/v1/me")).Json["subject"]);
    }

    [Fact]
    public async Task A_key_without_the_scope_is_refused_by_the_service() =>
        Assert.Equal((HttpStatusCode.Forbidden, "WIR-COM-0008"), await StatusOf(fixture.ApiKeyOf("translator")));

    [Theory]
    [InlineData("wir_nobody0000000000_secretsecretsecretsecretsecretsecretsecret000")]
    [InlineData("wir_x")]
    [InlineData("")]
    [InlineData("' or 1=1 --")]
    public async Task An_unknown_key_is_refused_even_where_no_key_is_needed(string key)
    {
        var answer = await fixture.GetAsync("/api/registry/v1/associations", key);

        Assert.Equal((HttpStatusCode.Unauthorized, "WIR-GAT-0002"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task The_right_id_with_a_wrong_secret_is_refused()
    {
        var key = fixture.ApiKeyOf("districtAdmin");

        Assert.Equal((HttpStatusCode.Unauthorized, "WIR-GAT-0002"), await StatusOf(key[..^1] + (key[^1] == 'a' ? 'b' : 'a')));
    }

    [Fact]
    public async Task Two_keys_in_one_request_are_refused()
    {
        var answer = await fixture.GetAsync(Protected, fixture.ApiKeyOf("reader"), ("X-Api-Key", fixture.ApiKeyOf("districtAdmin")));

        Assert.Equal((HttpStatusCode.Unauthorized, "WIR-GAT-0002"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task What_only_the_gateway_may_say_is_taken_from_requests()
    {
        using var forged = TokenIssuer.Create();
        var answer = await fixture.GetAsync("/api/registry/v1/echo", fixture.ApiKeyOf("reader"),
            ("Authorization", "Bearer " + forged.Issue("client:1", ["platform:admin"], [], DateTimeOffset.UtcNow)),
            ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-User", "admin"), ("Forwarded", "for=203.0.113.7"), ("X-Real-IP", "203.0.113.7"),
            ("X-Wir-Reader", "1.2.3"), ("X_Api_Key", "x"), ("Cookie", "a=b"));

        var headers = answer.Json["headers"]!.AsObject().ToDictionary(header => header.Key, header => (string)header.Value!);
        Assert.DoesNotContain(headers, header => header.Value.Contains("203.0.113.7", StringComparison.Ordinal));
        Assert.Empty(headers.Keys.Intersect(["x-api-key", "x_api_key", "cookie", "forwarded", "x-real-ip", "x-wir-reader", "x-forwarded-user", "x-forwarded-for"]));
        Assert.Equal("Bearer", headers["authorization"].Split(' ')[0]);
        Assert.NotEqual(forged.KeyId, new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(headers["authorization"].Split(' ')[1]).Kid);
        Assert.DoesNotContain(fixture.ApiKeyOf("reader"), answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forged_token_opens_nothing()
    {
        using var forged = TokenIssuer.Create();
        var answer = await fixture.GetAsync(Protected, null, ("Authorization", "Bearer " + forged.Issue("client:1", ["read:internal"], ["06635"], DateTimeOffset.UtcNow)));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
    }

    [Fact]
    public async Task The_portal_gets_no_token_but_the_readers_address_signed()
    {
        var answer = await fixture.GetAsync("/page", fixture.ApiKeyOf("reader"), ("X-Wir-Reader", "1.2.3"), ("Cookie", "a=b"));

        var headers = answer.Json["headers"]!.AsObject();
        Assert.Null(headers["authorization"]);
        Assert.Null(headers["x-api-key"]);
        Assert.Equal("a=b", (string?)headers["cookie"]);
        Assert.Contains(".127.0.0.1.", (string)headers["x-wir-reader"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_writes_without_credentials_has_a_pseudonym_of_the_day_and_nobody_else()
    {
        var (one, other) = (fixture.Sign("198.51.100.9"), fixture.Sign("2001:db8:1:2::3"));
        var first = await ReaderAsync(HttpMethod.Post, null, one);
        var neighbour = await ReaderAsync(HttpMethod.Post, null, fixture.Sign("2001:db8:1:2::4"));

        Assert.Matches("^[A-Za-z0-9_-]{22}$", first);
        Assert.Equal(first, await ReaderAsync(HttpMethod.Post, null, one));
        Assert.NotEqual(first, await ReaderAsync(HttpMethod.Post, null, other));
        // One household has one /56.
        Assert.Equal(neighbour, await ReaderAsync(HttpMethod.Post, null, other));
        Assert.Equal(neighbour, await ReaderAsync(HttpMethod.Post, null, fixture.Sign("2001:db8:1:ff::4")));
        Assert.NotEqual(neighbour, await ReaderAsync(HttpMethod.Post, null, fixture.Sign("2001:db8:1:100::4")));
        Assert.Equal("", await ReaderAsync(HttpMethod.Get, null, one));
        Assert.Equal("", await ReaderAsync(HttpMethod.Post, fixture.ApiKeyOf("reader"), one));
        fixture.Clock.Ahead = TimeSpan.FromDays(1);
        Assert.NotEqual(first, await ReaderAsync(HttpMethod.Post, null, fixture.Sign("198.51.100.9")));
        fixture.Clock.Ahead = TimeSpan.Zero;
    }

    private async Task<string> ReaderAsync(HttpMethod method, string? key, string reader)
    {
        var answer = await fixture.SendAsync(method, "/api/registry/v1/echo", key, method == HttpMethod.Post ? "{}"
            : null, ("X-Wir-Reader", reader));
        var token = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(((string)answer.Json["headers"]!["authorization"]!).Split(' ')[1]);
        return token.TryGetPayloadValue<string>("reader", out var found) ? found : "";
    }

    [Fact]
    public async Task The_same_token_serves_for_half_of_its_life()
    {
        var first = await TokenAsync();
        Assert.Equal(first, await TokenAsync());

        fixture.Clock.Ahead = TimeSpan.FromSeconds(31);

        Assert.NotEqual(first, await TokenAsync());
        fixture.Clock.Ahead = TimeSpan.Zero;
    }

    [Fact]
    public async Task A_header_that_would_smuggle_a_second_request_is_refused()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(fixture.Address.Host, fixture.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("POST /api/registry/v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
        using var reader = new StreamReader(stream);

        Assert.Equal("HTTP/1.1 400 Bad Request", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task The_database_holds_no_secret_and_the_file_is_its_owners()
    {
        await using var scope = fixture.Gateway.Services.CreateAsyncScope();
        var keys = scope.ServiceProvider.GetRequiredService<Data.GatewayDb>().Keys.ToList();

        Assert.All(fixture.Keys, pair => Assert.True(ApiKey.TryParse((string)pair.Value!["key"]!, out var id, out var secret)
            && keys.Single(key => key.Id == id).Hash.SequenceEqual(ApiKey.HashOf(secret))));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(fixture.KeysFile));
        var before = await File.ReadAllTextAsync(fixture.KeysFile);
        Assert.Equal(0, await fixture.MigrateAsync());
        Assert.Equal(before, await File.ReadAllTextAsync(fixture.KeysFile));
    }

    [Fact]
    public async Task A_second_instance_and_a_restart_go_on_with_the_same_signing_key()
    {
        var address = new Uri($"http://127.0.0.1:{GatewayFixture.FreePort()}");
        var second = await fixture.StartAsync(address);

        Assert.Equal(
            fixture.Gateway.Services.GetRequiredService<SigningKeys>().PublicKeys().ToJson(),
            second.Services.GetRequiredService<SigningKeys>().PublicKeys().ToJson());
    }

    private async Task<(HttpStatusCode, string)> StatusOf(string? key)
    {
        var answer = await fixture.GetAsync(Protected, key);
        return (answer.Status, answer.Code);
    }

    private async Task<string> TokenAsync() => (string)(await fixture.GetAsync("/api/registry/v1/echo", fixture.ApiKeyOf("reader"))).Json["headers"]!["authorization"]!;
}
