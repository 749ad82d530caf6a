namespace Wir.ServiceDefaults.Tokens;

/// <summary>What the tokens inside the platform look like: ES256, 60 s, issued by the gateway only.</summary>
public static class TokenClaims
{
    public const string Issuer = "wir-gateway";
    public const string Audience = "wir";

    /// <summary>Subject of a request that carries no credentials.</summary>
    public const string Anonymous = "anonymous";

    public const string Subject = "sub";

    /// <summary>Scopes, separated by spaces.</summary>
    public const string Scope = "scope";

    /// <summary>Area keys, separated by spaces.</summary>
    public const string Areas = "areas";

    /// <summary>
    /// Pseudonym of the address from which somebody without credentials writes: the same within a day, another one on
    /// the next. Only the gateway can tell that it belongs to an address.
    /// </summary>
    public const string Reader = "reader";

    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);
}
