using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Wir.Portal.Web;

/// <summary>Headers of every page: what it may load, that it is always fresh, and a validator so that nothing travels twice.</summary>
public sealed class PageHeaders(RequestDelegate next)
{
    private const string Policy =
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>The addresses of files hold their hash, so what was fetched once stays right for good.</summary>
    public static void OfFile(StaticFileResponseContext file) =>
        file.Context.Response.Headers.CacheControl = file.Context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache";

    public async Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";

        await WithValidatorAsync(context);
    }

    /// <summary>Pages are small, so they are rendered whole; their hash is the validator.</summary>
    private async Task WithValidatorAsync(HttpContext context)
    {
        var response = context.Response;
        var wire = response.Body;
        using var page = new MemoryStream();
        response.Body = page;
        try
        {
            await next(context);
        }
        finally
        {
            response.Body = wire;
        }

        var content = page.GetBuffer().AsMemory(0, (int)page.Length);
        if (response.StatusCode == StatusCodes.Status200OK && !response.Headers.ContainsKey(HeaderNames.CacheControl))
        {
            response.Headers.CacheControl = "no-cache";
            // Weak: the answer may still be compressed on its way.
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content.Span)[..12])}\"", isWeak: true);
            response.GetTypedHeaders().ETag = tag;
            if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.Headers.ContentType = default;
                return;
            }
        }

        if (content.Length == 0) return;
        response.ContentLength = content.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await wire.WriteAsync(content, context.RequestAborted);
    }
}
