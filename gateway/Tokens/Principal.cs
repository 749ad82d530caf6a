using Wir.ServiceDefaults.Tokens;

namespace Wir.Gateway.Tokens;

/// <summary>Who makes a request. Equal when subject, scopes and areas are, which is what a minted token depends on.</summary>
/// <param name="Subject"><c>client:…</c>, <c>person:…</c> or <c>anonymous</c>.</param>
/// <param name="Scope">Scopes, separated by spaces.</param>
/// <param name="Areas">Area keys, separated by spaces.</param>
internal sealed record Principal(string Subject, string Scope, string Areas)
{
    public static readonly Principal Anonymous = new(TokenClaims.Anonymous, "", "");

    /// <summary>The client's own limit; null = the usual one.</summary>
    public int? RequestsPerMinute { get; init; }

    public bool IsAnonymous => Subject == TokenClaims.Anonymous;
}
