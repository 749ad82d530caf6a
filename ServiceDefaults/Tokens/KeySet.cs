using System.Text.Json;

namespace Wir.ServiceDefaults.Tokens;

/// <summary>A JSON Web Key Set (RFC 7517), as at <c>/.well-known/jwks.json</c>.</summary>
public sealed record KeySet(IReadOnlyList<PublicKey> Keys)
{
    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}

/// <summary>A public key on P-256; coordinates in base64url.</summary>
public sealed record PublicKey(string Kty, string Crv, string Alg, string Use, string Kid, string X, string Y);
