using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Wir.Gateway.Clients;
using Wir.Gateway.SignIn;
using Wir.Gateway.Tokens;

namespace Wir.Gateway.Edge;

/// <summary>
/// Turns credentials into a principal and its token. Neither keys nor foreign tokens go any further. Credentials that do not
/// hold are refused as often as an address may try; those that hold count on, wherever they come from.
/// </summary>
internal sealed class Credentials(RequestDelegate next, KeyDirectory keys, PersonTokens persons, TokenMint mint, Quotas quotas)
{
    public const string KeyHeader = "X-Api-Key";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var (sent, authorization) = (headers[KeyHeader], headers.Authorization);
        headers.Remove(KeyHeader);
        headers.Remove(HeaderNames.Authorization);
        headers.Remove(HeaderNames.ProxyAuthorization);
        if (!context.Request.IsApi()) return next(context);

        headers.Remove(HeaderNames.Cookie);
        var principal = PrincipalOfAsync(context, sent, persons.IsEnabled ? authorization : default);
        // A known key needs no waiting, and a request in hand no memory for that.
        return principal.IsCompletedSuccessfully ? PassAsync(context, principal.Result) : WaitAsync(context, principal);
    }

    private async Task WaitAsync(HttpContext context, ValueTask<Principal?> principal) => await PassAsync(context, await principal);

    private Task PassAsync(HttpContext context, Principal? principal)
    {
        if (principal is null) return RefuseAsync(context);
        // The JWKS is needed to check tokens, and load balancers ask for the version: neither must depend on a token or a limit.
        if (!context.Request.Path.StartsWithSegments("/.well-known")
            && !context.Request.Path.StartsWithSegments("/version"))
        {
            var writes = principal.IsAnonymous && !context.Request.IsRead();
            context.Features.Set(writes ? mint.ForWriter(context.Connection.RemoteIpAddress) : mint.For(principal));
        }

        return next(context);
    }

    /// <summary>Null when there are credentials, and they do not hold.</summary>
    private async ValueTask<Principal?> PrincipalOfAsync(HttpContext context, StringValues key, StringValues authorization)
    {
        const string Bearer = "Bearer ";
        switch (key, authorization)
        {
            case ({ Count: 0 }, { Count: 0 }):
                return Principal.Anonymous;
            case ({ Count: 1 }, { Count: 0 }) when await keys.FindAsync(key.ToString(), context.RequestAborted) is { } client:
                return client;
            case ({ Count: 0 }, [{ } header]) when header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && await persons.ReadAsync(header[Bearer.Length..].Trim(), context.RequestAborted) is { } person:
                return person;
            default:
                // With two credentials nobody knows which one was meant.
                context.Response.Headers.WWWAuthenticate = key.Count == 0 ? "Bearer error=\"invalid_token\"" : "ApiKey";
                return null;
        }
    }

    private Task RefuseAsync(HttpContext context)
    {
        var quota = quotas.TakeRefusal(context.Connection.RemoteIpAddress);
        context.Features.Set(quota);
        var problem = quota.IsExceeded
            ? quota.ToProblem()
            : context.Response.Headers.WWWAuthenticate == "ApiKey"
                ? Problems.InvalidKey.With(new(
                    "Der Schlüssel ist unbekannt, abgelaufen oder gesperrt.", "The key is unknown, has expired or was revoked."))
                : Problems.InvalidSignIn.With(new(
                    "Die Anmeldung ist abgelaufen oder gilt hier nicht.", "The sign-in has expired or does not count here."));
        return problem.ToResult().ExecuteAsync(context);
    }
}
