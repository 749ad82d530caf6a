using Wir.Gateway.SignIn;

namespace Wir.Gateway.Edge;

internal static class EdgeRegistration
{
    public static IServiceCollection AddEdge(this IServiceCollection services)
    {
        services.AddSingleton<ReaderAddress>();
        services.AddSingleton<Quotas>();
        services.AddSingleton<PersonTokens>();
        services.AddOptions<SignInOptions>().BindConfiguration("Gateway:SignIn");
        return services;
    }

    /// <summary>What happens to a request before it is routed: who sends it, from where, and what of its headers may go on.</summary>
    public static IApplicationBuilder UseEdge(this IApplicationBuilder app) =>
        app.UseMiddleware<ForeignHeaders>().UseMiddleware<AnswerHeaders>().UseMiddleware<Credentials>().UseMiddleware<RateLimits>();

    /// <summary>Paths for programs; all others are pages of the portal.</summary>
    public static bool IsApi(this HttpRequest request) =>
        request.Path.StartsWithSegments("/api") || request.Path.StartsWithSegments("/hsds") || request.Path.StartsWithSegments("/integreat")
        || request.Path.StartsWithSegments("/openapi") || request.Path.StartsWithSegments("/.well-known") || request.Path.StartsWithSegments("/version");
}
