using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;

namespace Wir.Gateway.Proxy;

internal static class ProxyRegistration
{
    public static IServiceCollection AddServiceProxy(this IServiceCollection services)
    {
        services.AddReverseProxy()
            .AddTransforms<Forwarding>()
            .AddServiceDiscoveryDestinationResolver()
            .ConfigureHttpClient((_, handler) => handler.ConnectTimeout = TimeSpan.FromSeconds(2));
        services.AddSingleton<Resilience>();
        services.AddSingleton<IProxyConfigProvider>(provider =>
            new InMemoryConfigProvider(ProxyRoutes.Routes, ProxyRoutes.Clusters(provider.GetRequiredService<IOptions<GatewayOptions>>())));
        return services;
    }

    public static void MapServiceProxy(this WebApplication app)
    {
        app.MapReverseProxy(proxy =>
        {
            var resilience = app.Services.GetRequiredService<Resilience>();
            proxy.Use(resilience.InvokeAsync);
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
        // A path for programs that no route knows must not end on a page.
        foreach (var root in new[] { "api", "hsds", "integreat", "openapi", ".well-known", "version", "health", "docs/problems" })
        {
            app.Map($"/{root}/{{**rest}}", () => TypedResults.NotFound()).ExcludeFromDescription().WithOrder(int.MaxValue - 1);
        }
    }
}
