using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Wir.ServiceDefaults.Tokens;

/// <summary>Signs tokens with one key (P-256). The gateway holds the platform's; tests hold their own.</summary>
public sealed class TokenIssuer : IDisposable
{
    private static readonly JsonWebTokenHandler s_handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly ECDsa _key;
    private readonly SigningCredentials _credentials;

    private TokenIssuer(ECDsa key, string keyId)
    {
        _key = key;
        KeyId = keyId;
        _credentials = new(new ECDsaSecurityKey(key) { KeyId = keyId }, SecurityAlgorithms.EcdsaSha256);
    }

    /// <summary>Name of the key in the JWKS.</summary>
    public string KeyId { get; }

    public static TokenIssuer Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256), Guid.CreateVersion7().ToString("N"));

    /// <param name="keyId">Name of the key.</param>
    /// <param name="pkcs8">The private key, PKCS #8.</param>
    public static TokenIssuer Import(string keyId, ReadOnlySpan<byte> pkcs8)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new(key, keyId);
    }

    /// <summary>The private key, PKCS #8.</summary>
    public byte[] Export() => _key.ExportPkcs8PrivateKey();

    /// <summary>A token for a principal, valid from now for <paramref name="lifetime"/> (default 60 s).</summary>
    /// <param name="subject">Who.</param>
    /// <param name="scopes">What the principal may do.</param>
    /// <param name="areas">Where.</param>
    /// <param name="now">From when.</param>
    /// <param name="lifetime">For how long.</param>
    /// <param name="reader">See <see cref="TokenClaims.Reader"/>; null = none.</param>
    public string Issue(
        string subject, IEnumerable<string> scopes, IEnumerable<string> areas, DateTimeOffset now,
        TimeSpan? lifetime = null, string? reader = null)
    {
        var claims = new Dictionary<string, object>
        {
            [TokenClaims.Subject] = subject,
            [TokenClaims.Scope] = string.Join(' ', scopes),
            [TokenClaims.Areas] = string.Join(' ', areas),
        };
        if (reader is not null) claims[TokenClaims.Reader] = reader;
        return s_handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = TokenClaims.Issuer,
            Audience = TokenClaims.Audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + (lifetime ?? TokenClaims.Lifetime)).UtcDateTime,
            SigningCredentials = _credentials,
            Claims = claims,
        });
    }

    /// <summary>The public half, for the JWKS.</summary>
    public PublicKey PublicKey()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return new("EC", "P-256", "ES256", "sig", KeyId, Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y));
    }

    /// <summary>A JWKS with this key alone.</summary>
    public string Jwks() => new KeySet([PublicKey()]).ToJson();

    public void Dispose() => _key.Dispose();
}
