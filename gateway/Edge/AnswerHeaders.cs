using Microsoft.Net.Http.Headers;
using Wir.Gateway.Tokens;

namespace Wir.Gateway.Edge;

/// <summary>Headers of every answer: what a browser may do with it, and that programs in any web page may read what is public.</summary>
internal sealed class AnswerHeaders(RequestDelegate next)
{
    private const string Exposed = "Content-Language, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After";

    public Task InvokeAsync(HttpContext context)
    {
        if (IsPreflight(context.Request)) return AnswerPreflight(context);
        context.Response.OnStarting(static state =>
        {
            Complete((HttpContext)state);
            return Task.CompletedTask;
        }, context);
        return next(context);
    }

    /// <summary>What a service or the portal has said itself stays.</summary>
    private static void Complete(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.Remove("Server");
        headers.Remove("X-Powered-By");
        if (headers.ContentSecurityPolicy.Count == 0) headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        if (headers.XFrameOptions.Count == 0) headers.XFrameOptions = "DENY";
        if (!headers.ContainsKey("Referrer-Policy")) headers["Referrer-Policy"] = "no-referrer";
        if (context.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        if (!context.Request.IsApi()) return;
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (context.Features.Get<Quota>() is { } quota) quota.Tell(headers);
        // Never with credentials, be they sent or only allowed: then the answer is nobody else's.
        headers.Remove("Access-Control-Allow-Credentials");
        headers.Remove("Access-Control-Allow-Origin");
        if (!context.Request.IsRead() || context.Features.Get<Minted>()?.Principal.IsAnonymous is false) return;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = Exposed;
    }

    private static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.ContainsKey(HeaderNames.Origin) && request.IsApi()
        && request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod);

    private static Task AnswerPreflight(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.Vary = "Access-Control-Request-Method";
        if (!EdgeRegistration.IsRead(context.Request.Headers.AccessControlRequestMethod.ToString())) return Task.CompletedTask;
        context.Response.Headers.AccessControlAllowOrigin = "*";
        context.Response.Headers.AccessControlAllowMethods = "GET, HEAD";
        context.Response.Headers.AccessControlAllowHeaders = "Accept, Accept-Language, If-Modified-Since, If-None-Match, Range";
        context.Response.Headers.AccessControlMaxAge = "86400";
        return Task.CompletedTask;
    }
}
