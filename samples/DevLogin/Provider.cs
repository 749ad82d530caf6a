using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Wir.DevLogin;

/// <summary>What a client asks for at the authorization endpoint.</summary>
internal sealed record Ask(string ClientId, string RedirectUri, string Challenge, string? State, string? Nonce)
{
    /// <summary>Null when something is missing or leads away from this machine.</summary>
    public static Ask? Of(Func<string, string?> value) =>
        value("response_type") == "code" && value("code_challenge_method") == "S256" && value("client_id") is { Length: > 0 and <= 100 } client
        && value("code_challenge") is { Length: 43 } challenge && value("redirect_uri") is { Length: > 0 and <= 500 } redirect
        && Uri.TryCreate(redirect, UriKind.Absolute, out var address) && address is { IsLoopback: true, Scheme: "http" or "https", Fragment: "" }
            ? new(client, redirect, challenge, value("state"), value("nonce"))
            : null;
}

/// <summary>Codes and tokens, in memory: whoever restarts the program signs in again.</summary>
internal sealed class Provider(string issuer, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_codeLife = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_tokenLife = TimeSpan.FromHours(1);
    private static readonly JsonWebTokenHandler s_handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly ConcurrentDictionary<string, (Ask Ask, Role Role, DateTimeOffset End)> _codes = [];
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string _keyId = Guid.CreateVersion7().ToString("N");

    public string Issuer => issuer;

    public object Keys()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return new { keys = new[] { new { kty = "EC", crv = "P-256", alg = "ES256", use = "sig", kid = _keyId, x = Base64UrlEncoder.Encode(point.X), y = Base64UrlEncoder.Encode(point.Y) } } };
    }

    public string CodeFor(Ask ask, Role role)
    {
        foreach (var (old, about) in _codes) if (about.End < time.GetUtcNow()) _codes.TryRemove(old, out _);
        var code = RandomNumberGenerator.GetHexString(40, lowercase: true);
        _codes[code] = (ask, role, time.GetUtcNow() + s_codeLife);
        return code;
    }

    /// <summary>Access token and id token; null when the code was used, is too old, or was given to somebody else.</summary>
    public (string Access, string Id, int Seconds)? Redeem(string code, string? clientId, string? redirectUri, string verifier)
    {
        // Taken away before it is looked at: a code works once, for the thief or for the owner.
        if (!_codes.TryRemove(code, out var about) || about.End < time.GetUtcNow()) return null;
        var challenge = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        if (about.Ask.ClientId != clientId || about.Ask.RedirectUri != redirectUri || about.Ask.Challenge != challenge) return null;
        var role = about.Role;
        var access = Token("wir", role, new() { ["wir_scopes"] = role.Scopes, ["wir_areas"] = role.Areas });
        var claims = new Dictionary<string, object> { ["name"] = role.De };
        if (about.Ask.Nonce is { } nonce) claims["nonce"] = nonce;
        return (access, Token(about.Ask.ClientId, role, claims), (int)s_tokenLife.TotalSeconds);
    }

    public void Dispose() => _key.Dispose();

    private string Token(string audience, Role role, Dictionary<string, object> claims)
    {
        var now = time.GetUtcNow().UtcDateTime;
        claims["sub"] = role.Name;
        return s_handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer, Audience = audience, IssuedAt = now, NotBefore = now, Expires = now + s_tokenLife, Claims = claims,
            SigningCredentials = new(new ECDsaSecurityKey(_key) { KeyId = _keyId }, SecurityAlgorithms.EcdsaSha256),
        });
    }
}
