namespace Wir.Gateway.Tokens;

/// <summary>A key that signs tokens, for all instances of the gateway. Only the gateway's role can read the table.</summary>
public sealed class SigningKey
{
    public required string Id { get; init; }

    /// <summary>The private key, PKCS #8.</summary>
    public required byte[] Pkcs8 { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it signs; before, it already stands in the JWKS.</summary>
    public required DateTimeOffset ActiveFrom { get; init; }
}
