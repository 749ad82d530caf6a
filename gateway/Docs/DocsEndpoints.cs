using Microsoft.AspNetCore.Http.HttpResults;

namespace Wir.Gateway.Docs;

/// <summary>The reader of the API documents, and the page of every error code.</summary>
internal static class DocsEndpoints
{
    private const string ReaderPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

    private const string PagePolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>The reader's files, and the gateway's own document under the name it has outside.</summary>
    public static IApplicationBuilder UseApiReader(this IApplicationBuilder app)
    {
        app.Use((context, next) =>
        {
            if (context.Request.Path.Equals("/openapi/clients.json", StringComparison.Ordinal)) context.Request.Path = "/openapi/v1.json";
            return next(context);
        });
        // Apart, so that requests for programs do not pass through it.
        return app.UseWhen(context => context.Request.Path.StartsWithSegments("/docs"), docs => docs.Use((context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = ReaderPolicy;
            return next(context);
        }).UseSwaggerUI(options =>
        {
            options.RoutePrefix = "docs";
            options.DocumentTitle = "WIR APIs";
            foreach (var (name, title) in new[] { ("registry", "Vereinsverzeichnis"), ("welcome", "Willkommenspaket"), ("monitor", "Integrationsmonitor"), ("clients", "API clients") })
            {
                options.SwaggerEndpoint($"/openapi/{name}.json", title);
            }
        }));
    }

    public static void MapDocs(this WebApplication app)
    {
        var pages = ProblemPages.Load(Path.Combine(AppContext.BaseDirectory, "problems"));
        app.MapGet("/docs/problems", (HttpContext context) => Page(context, pages.Index)).ExcludeFromDescription();
        app.MapGet("/docs/problems/{code}", Results<ContentHttpResult, NotFound> (HttpContext context, string code) =>
            pages.Find(code) is { } page ? Page(context, page) : TypedResults.NotFound()).ExcludeFromDescription();
    }

    private static ContentHttpResult Page(HttpContext context, string html)
    {
        context.Response.Headers.ContentSecurityPolicy = PagePolicy;
        context.Response.Headers.CacheControl = "public, max-age=3600";
        return TypedResults.Content(html, "text/html; charset=utf-8");
    }
}
