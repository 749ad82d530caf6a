using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Wir.Gateway.Clients;
using Wir.Gateway.Tokens;
using Wir.ServiceDefaults.Errors;

namespace Wir.Gateway.Edge;

/// <summary>Turns credentials into a principal and its token. Neither keys nor foreign tokens go any further.</summary>
internal sealed class Credentials(RequestDelegate next, KeyDirectory keys, TokenMint mint, IOptions<GatewayOptions> options)
{
    public const string KeyHeader = "X-Api-Key";

    public async Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var sent = headers[KeyHeader];
        headers.Remove(KeyHeader);
        headers.Remove(HeaderNames.Authorization);
        headers.Remove(HeaderNames.ProxyAuthorization);
        if (!context.Request.IsApi())
        {
            await next(context);
            return;
        }

        headers.Remove(HeaderNames.Cookie);
        // With a header that came twice nobody knows which one was meant.
        var principal = sent.Count == 0 ? Principal.Anonymous : sent.Count == 1 ? await keys.FindAsync(sent.ToString(), context.RequestAborted) : null;
        if (principal is null)
        {
            context.Response.Headers.WWWAuthenticate = "ApiKey";
            throw new ProblemException(Problems.InvalidKey.With(new(
                "Der Schlüssel ist unbekannt, abgelaufen oder gesperrt.", "The key is unknown, has expired or was revoked.")));
        }

        // The JWKS is needed to check tokens; it must not depend on being able to make one.
        if (!context.Request.Path.StartsWithSegments("/.well-known")) context.Features.Set(mint.For(principal));
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
        {
            body.MaxRequestBodySize = principal.IsAnonymous ? options.Value.AnonymousBodySize : options.Value.ClientBodySize;
        }

        await next(context);
    }
}
