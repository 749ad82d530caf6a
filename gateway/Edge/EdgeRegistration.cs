using Microsoft.AspNetCore.Server.Kestrel.Core;
using Wir.Gateway.SignIn;

namespace Wir.Gateway.Edge;

internal static class EdgeRegistration
{
    public static IServiceCollection AddEdge(this IServiceCollection services)
    {
        services.AddSingleton<ReaderAddress>();
        services.AddSingleton<Quotas>();
        services.AddSingleton<PersonTokens>();
        // Less than the services take: what passes here must not be refused behind.
        services.Configure<KestrelServerOptions>(server =>
        {
            server.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            server.Limits.MaxRequestHeaderCount = 64;
            server.Limits.MaxRequestLineSize = 8 * 1024;
        });
        services.AddOptions<SignInOptions>().BindConfiguration("Gateway:SignIn");
        return services;
    }

    /// <summary>What happens to a request before it is routed: who sends it, from where, and what of its headers may go on.</summary>
    public static IApplicationBuilder UseEdge(this IApplicationBuilder app) =>
        app.UseMiddleware<ForeignHeaders>().UseMiddleware<AnswerHeaders>().UseMiddleware<Credentials>().UseMiddleware<RateLimits>()
            .UseMiddleware<Admission>();

    /// <summary>A request that changes nothing.</summary>
    public static bool IsRead(this HttpRequest request) => IsRead(request.Method);

    public static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    /// <summary>Paths for programs; all others are pages of the portal.</summary>
    public static bool IsApi(this HttpRequest request) =>
        request.Path.StartsWithSegments("/api") || request.Path.StartsWithSegments("/hsds") || request.Path.StartsWithSegments("/integreat")
        || request.Path.StartsWithSegments("/openapi") || request.Path.StartsWithSegments("/.well-known") || request.Path.StartsWithSegments("/version");
}
