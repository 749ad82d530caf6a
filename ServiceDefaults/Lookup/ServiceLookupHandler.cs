using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Wir.ServiceDefaults.Lookup;

/// <summary>Sends requests for logical addresses to the service's instances.</summary>
internal sealed class ServiceLookupHandler(ServiceLookup lookup) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is { IsAbsoluteUri: true } uri) request.RequestUri = lookup.Resolve(uri);
        return base.SendAsync(request, cancellationToken);
    }
}

internal static class ServiceLookupRegistration
{
    /// <summary>Every <see cref="HttpClient"/> of the factory knows logical addresses and gives up in time.</summary>
    public static void AddServiceLookup(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(new ServiceLookup(configuration));
        services.AddTransient<ServiceLookupHandler>();
        services.ConfigureHttpClientDefaults(client => client
            .ConfigureHttpClient(http => http.Timeout = TimeSpan.FromSeconds(10))
            .UseSocketsHttpHandler((sockets, _) =>
            {
                sockets.ConnectTimeout = TimeSpan.FromSeconds(2);
                sockets.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
                sockets.AllowAutoRedirect = false;
            })
            .AddHttpMessageHandler<ServiceLookupHandler>());
    }
}
