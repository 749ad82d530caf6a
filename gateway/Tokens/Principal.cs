using Wir.ServiceDefaults.Tokens;

namespace Wir.Gateway.Tokens;

/// <summary>Who makes a request. A minted token depends on subject, scopes and areas; the rest is the gateway's own.</summary>
/// <param name="Subject"><c>client:…</c>, <c>person:…</c> or <c>anonymous</c>.</param>
/// <param name="Scope">Scopes, separated by spaces.</param>
/// <param name="Areas">Area keys, separated by spaces.</param>
internal sealed record Principal(string Subject, string Scope, string Areas)
{
    public static readonly Principal Anonymous = new(TokenClaims.Anonymous, "", "");

    /// <summary>The client's own limit; null = the usual one.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>When the key that was used ends; null = never by itself, or there was no key.</summary>
    public DateTimeOffset? KeyEndsAt { get; init; }

    public bool IsAnonymous => Subject == TokenClaims.Anonymous;
}
