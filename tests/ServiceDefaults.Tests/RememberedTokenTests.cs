using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Tokens;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

/// <summary>A token whose signature was checked once is believed again, but neither past its end nor without its key.</summary>
public sealed class RememberedTokenTests : IDisposable
{
    private readonly TokenIssuer _issuer = TokenIssuer.Create();
    private readonly FakeTimeProvider _clock = new(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly Keys _keys = new();
    private readonly RememberingTokenHandler _handler;

    public RememberedTokenTests()
    {
        _keys.Set = [.. new JsonWebKeySet(_issuer.Jwks()).Keys];
        _handler = new RememberingTokenHandler(_keys, _clock) { MapInboundClaims = false };
    }

    public void Dispose() => _issuer.Dispose();

    [Fact]
    public async Task A_token_is_the_same_principal_each_time_and_its_signature_is_checked_once()
    {
        var token = Issue();

        var first = await ValidateAsync(token);
        var checks = _keys.Resolved;
        var second = await ValidateAsync(token);

        Assert.True(first.IsValid && second.IsValid);
        Assert.Equal("client:1", second.ClaimsIdentity.Name);
        Assert.True(checks > 0);
        Assert.Equal(checks, _keys.Resolved);
    }

    [Fact]
    public async Task A_new_token_holds_for_all_who_come_with_it_at_once()
    {
        for (var round = 0; round < 200; round++)
        {
            var token = Issue();

            var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => ValidateAsync(token))));

            Assert.All(results, result => Assert.True(result.IsValid, $"round {round}: {result.Exception}"));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task A_token_that_was_believed_ends_all_the_same()
    {
        var token = Issue();
        Assert.True((await ValidateAsync(token)).IsValid);

        _clock.Advance(TimeSpan.FromSeconds(66));

        Assert.False((await ValidateAsync(token)).IsValid);
    }

    [Fact]
    public async Task A_token_that_was_believed_ends_with_its_key()
    {
        var token = Issue();
        Assert.True((await ValidateAsync(token)).IsValid);

        _keys.Set = [];

        Assert.False((await ValidateAsync(token)).IsValid);
    }

    [Fact]
    public async Task What_was_refused_once_is_refused_again()
    {
        using var other = TokenIssuer.Create();
        using var sameName = TokenIssuer.Import(_issuer.KeyId, other.Export());
        var forged = sameName.Issue("client:1", [Scopes.ReadInternal], [], _clock.GetUtcNow());

        Assert.False((await ValidateAsync(forged)).IsValid);
        Assert.False((await ValidateAsync(forged)).IsValid);
    }

    private string Issue() => _issuer.Issue("client:1", [Scopes.ReadInternal], ["06635"], _clock.GetUtcNow());

    private Task<TokenValidationResult> ValidateAsync(string token) => _handler.ValidateTokenAsync(token, new TokenValidationParameters
    {
        ValidIssuer = TokenClaims.Issuer,
        ValidAudience = TokenClaims.Audience,
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        NameClaimType = TokenClaims.Subject,
        IssuerSigningKeyResolver = (_, _, keyId, _) => _keys.Resolve(keyId),
        LifetimeValidator = (notBefore, expires, _, _) => RememberingTokenHandler.IsCurrent(notBefore, expires, _clock),
    });

    private sealed class Keys : ITokenKeys
    {
        public IReadOnlyList<SecurityKey> Set { get; set; } = [];

        public int Resolved { get; private set; }

        public IEnumerable<SecurityKey> Known(string keyId) => Set.Where(key => key.KeyId == keyId);

        public ValueTask EnsureAsync(string keyId, CancellationToken ct) => ValueTask.CompletedTask;

        public IEnumerable<SecurityKey> Resolve(string keyId)
        {
            Resolved++;
            return Known(keyId);
        }
    }
}
