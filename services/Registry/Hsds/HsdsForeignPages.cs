namespace Wir.Registry.Hsds;

/// <summary>
/// Public data, meant for other people's web pages: they may read every answer below <c>/hsds</c>, problems included, and ask beforehand.
/// Stands before everything else, since what refuses a request would leave the headers out.
/// </summary>
internal sealed class HsdsForeignPages : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(static (context, following) =>
        {
            if (!context.Request.Path.StartsWithSegments(HsdsEndpoints.Prefix)) return following(context);
            context.Response.OnStarting(static state =>
            {
                var headers = ((HttpResponse)state).Headers;
                headers.AccessControlAllowOrigin = "*";
                headers.AccessControlExposeHeaders = "ETag, Link";
                return Task.CompletedTask;
            }, context.Response);
            if (!HttpMethods.IsOptions(context.Request.Method)) return following(context);
            context.Response.Headers.AccessControlAllowMethods = "GET";
            context.Response.Headers.AccessControlAllowHeaders = "*";
            context.Response.Headers.AccessControlMaxAge = "86400";
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        next(app);
    };
}
