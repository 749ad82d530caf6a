using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Wir.Gateway.Proxy;

internal static class ProxyRegistration
{
    public static IServiceCollection AddServiceProxy(this IServiceCollection services)
    {
        services.AddReverseProxy()
            .AddTransforms<Forwarding>()
            .ConfigureHttpClient((_, handler) => handler.ConnectTimeout = TimeSpan.FromSeconds(2));
        services.AddSingleton<IDestinationResolver, ServiceDestinations>();
        services.AddSingleton<IProxyConfigProvider>(provider =>
            new InMemoryConfigProvider(ProxyRoutes.Routes, ProxyRoutes.Clusters(provider.GetRequiredService<IOptions<GatewayOptions>>())));
        return services;
    }

    public static void MapServiceProxy(this WebApplication app)
    {
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(TellFailures);
            proxy.UseLoadBalancing();
        });
        // A path for programs that no route knows must not end on a page.
        foreach (var root in new[] { "api", "hsds", "integreat", "openapi", ".well-known", "version", "health", "docs/problems" })
        {
            app.Map($"/{root}/{{**rest}}", () => TypedResults.NotFound()).ExcludeFromDescription().WithOrder(int.MaxValue - 1);
        }
    }

    /// <summary>A service that cannot be reached is a problem with a body of its own.</summary>
    private static async Task TellFailures(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested) return;
        var failure = context.Response.StatusCode switch
        {
            _ when context.GetForwarderErrorFeature() is null && context.Response.StatusCode != StatusCodes.Status503ServiceUnavailable => null,
            // The service's own 503 has a body or at least a type.
            _ when context.GetForwarderErrorFeature() is null && context.Response.ContentType is not null => null,
            StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable =>
                Problems.ServiceDown.With(new("Dieser Teil der Plattform ist gerade nicht erreichbar.", "This part of the platform cannot be reached at the moment.")),
            StatusCodes.Status504GatewayTimeout =>
                Problems.ServiceSlow.With(new("Dieser Teil der Plattform hat nicht rechtzeitig geantwortet.", "This part of the platform has not answered in time.")),
            _ => null,
        };
        if (failure is null) return;
        context.Response.Headers.RetryAfter = "5";
        await failure.ToResult().ExecuteAsync(context);
    }
}
