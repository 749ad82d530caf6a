using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using Wir.ServiceDefaults.Tokens;

namespace Wir.Gateway.Tokens;

/// <summary>The token and the claims of a principal.</summary>
internal sealed record Minted(Principal Principal, string Header, ClaimsPrincipal User, DateTimeOffset RenewAt);

/// <summary>Makes the tokens that services see: 60 s, one per principal for half of that time.</summary>
internal sealed class TokenMint(SigningKeys keys, ReaderPseudonym readers, TimeProvider time)
{
    private const int Most = 20_000;
    private readonly ConcurrentDictionary<Principal, Minted> _minted = [];

    public Minted For(Principal principal)
    {
        var now = time.GetUtcNow();
        if (_minted.TryGetValue(principal, out var known) && known.RenewAt > now) return known;
        if (_minted.Count >= Most) _minted.Clear();
        var header = "Bearer " + keys.Current.Issue(principal.Subject, [principal.Scope], [principal.Areas], now);
        return _minted[principal] = new(principal, header, UserOf(principal), now + (TokenClaims.Lifetime / 2));
    }

    /// <summary>
    /// For a request without credentials that writes: services count what one address leaves. Few requests are of this
    /// kind, so the token is not kept.
    /// </summary>
    public Minted ForWriter(IPAddress? address)
    {
        var now = time.GetUtcNow();
        var token = keys.Current.Issue(TokenClaims.Anonymous, [], [], now, reader: readers.Of(address));
        return new(Principal.Anonymous, "Bearer " + token, UserOf(Principal.Anonymous), now);
    }

    private static ClaimsPrincipal UserOf(Principal principal) => new(new ClaimsIdentity(
        [new(TokenClaims.Subject, principal.Subject), new(TokenClaims.Scope, principal.Scope), new(TokenClaims.Areas, principal.Areas)],
        "gateway", TokenClaims.Subject, null));
}
