using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Wir.ServiceDefaults.Tokens;

/// <summary>
/// Checks the signature of a token once. The gateway sends the same token for half a minute, and checking a signature costs more than
/// many a read. Whether the token has ended, and whether its key is still one of the gateway's, is asked each time.
/// </summary>
internal sealed class RememberingTokenHandler(ITokenKeys keys, TimeProvider time) : JsonWebTokenHandler
{
    /// <summary>More than the principals a service sees in a minute; beyond it everything is forgotten at once.</summary>
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, TokenValidationResult> _valid = new(StringComparer.Ordinal);

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        if (Remembered(token) is { } known) return known;
        var result = await base.ValidateTokenAsync(token, validationParameters);
        if (!result.IsValid) return result;
        if (_valid.Count >= MaxRemembered) _valid.Clear();
        // The identity is read by many requests at once from here on; what is computed on first use has to be computed now.
        _ = result.ClaimsIdentity.Claims.Count();
        _valid[token] = result;
        return result;
    }

    /// <summary>What an earlier check found, as long as it holds.</summary>
    public TokenValidationResult? Remembered(string token)
    {
        if (!_valid.TryGetValue(token, out var known)) return null;
        if (IsCurrent(known.SecurityToken.ValidFrom, known.SecurityToken.ValidTo, time) && keys.Known(((JsonWebToken)known.SecurityToken).Kid).Any()) return known;
        _valid.TryRemove(token, out _);
        return null;
    }

    /// <summary>The clocks of two machines may differ a little.</summary>
    public static bool IsCurrent(DateTime? notBefore, DateTime? expires, TimeProvider time)
    {
        var (skew, now) = (TimeSpan.FromSeconds(5), time.GetUtcNow().UtcDateTime);
        return expires is not null && now < expires + skew && (notBefore is null || now > notBefore - skew);
    }
}
