using System.Net;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Tokens;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

public sealed class TokenTests(SampleFixture fixture) : IClassFixture<SampleFixture>
{
    private readonly SampleApi _api = fixture.Api;

    [Fact]
    public async Task Without_a_token_nothing_is_answered()
    {
        using var client = new HttpClient { BaseAddress = _api.Client.BaseAddress };

        var answer = await Answer.OfAsync(await client.GetAsync($"{SampleApi.Prefix}/things"));

        Assert.Equal((HttpStatusCode.Unauthorized, "WIR-COM-0007"), (answer.Status, answer.Code));
        Assert.Equal("Bearer", answer.Message.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task An_anonymous_token_reads_what_is_public_and_nothing_else()
    {
        Assert.Equal(HttpStatusCode.OK, (await _api.GetAsync("/things")).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, "WIR-COM-0007"), await SecretsAs(_api.Token()));
    }

    [Fact]
    public async Task Any_one_of_the_scopes_is_enough_and_another_is_not()
    {
        Assert.Equal(HttpStatusCode.OK, (await _api.GetAsync("/secrets", Bearer(_api.Token("client:1", [Scopes.PlatformAdmin])))).Status);
        Assert.Equal((HttpStatusCode.Forbidden, "WIR-COM-0008"), await SecretsAs(_api.Token("client:1", [Scopes.WelcomeWrite, "read:internalx"])));
    }

    [Fact]
    public async Task The_caller_is_who_the_token_says()
    {
        var answer = await _api.GetAsync("/caller", Bearer(_api.Token("client:7", [], ["06635"])));

        Assert.Equal("client:7", (string?)answer.Json["subject"]);
        Assert.True((bool?)answer.Json["korbach"]);
    }

    [Fact]
    public async Task A_token_of_another_issuer_key_is_refused()
    {
        using var other = TokenIssuer.Create();
        using var sameName = TokenIssuer.Import(_api.Issuer.KeyId, other.Export());

        Assert.Equal(HttpStatusCode.Unauthorized, (await SecretsAs(other.Issue("client:1", [Scopes.ReadInternal], [], DateTimeOffset.UtcNow))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SecretsAs(sameName.Issue("client:1", [Scopes.ReadInternal], [], DateTimeOffset.UtcNow))).Status);
    }

    [Theory]
    [InlineData(-70)]
    [InlineData(30)]
    public async Task An_old_token_and_one_from_the_future_are_refused(int seconds)
    {
        var token = _api.Issuer.Issue("client:1", [Scopes.ReadInternal], [], DateTimeOffset.UtcNow.AddSeconds(seconds));

        Assert.Equal(HttpStatusCode.Unauthorized, (await SecretsAs(token)).Status);
    }

    [Fact]
    public async Task A_changed_token_is_refused()
    {
        var parts = _api.Token("client:1", []).Split('.');
        var claims = System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1])).Replace("\"scope\":\"\"", "\"scope\":\"read:internal\"", StringComparison.Ordinal);
        var forged = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(claims));

        Assert.Equal(HttpStatusCode.Unauthorized, (await SecretsAs($"{parts[0]}.{forged}.{parts[2]}")).Status);
    }

    [Theory]
    [InlineData("""{"alg":"none","typ":"JWT"}""", false)]
    [InlineData("""{"alg":"none","typ":"JWT","kid":"KID"}""", false)]
    [InlineData("""{"alg":"HS256","typ":"JWT","kid":"KID"}""", true)]
    public async Task An_unsigned_token_and_one_signed_with_the_public_key_are_refused(string header, bool signed)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var content = Encode(header.Replace("KID", _api.Issuer.KeyId, StringComparison.Ordinal)) + "." +
            Encode($$"""{"iss":"wir-gateway","aud":"wir","sub":"client:1","scope":"read:internal","iat":{{now}},"nbf":{{now}},"exp":{{now + 60}}}""");
        var signature = signed ? System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.HMACSHA256.HashData(
            System.Text.Encoding.UTF8.GetBytes(_api.Issuer.Jwks()), System.Text.Encoding.UTF8.GetBytes(content))) : "";

        Assert.Equal(HttpStatusCode.Unauthorized, (await SecretsAs($"{content}.{signature}")).Status);
    }

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(text));

    private static (string, string) Bearer(string token) => ("Authorization", $"Bearer {token}");

    private async Task<(HttpStatusCode Status, string Code)> SecretsAs(string token)
    {
        var answer = await _api.GetAsync("/secrets", Bearer(token));
        return (answer.Status, answer.Code);
    }
}
