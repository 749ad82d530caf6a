using Microsoft.Extensions.DependencyInjection;

namespace Wir.ServiceDefaults.Hosting;

internal static class HttpClientDefaults
{
    /// <summary>
    /// Every <see cref="HttpClient"/> of the factory knows logical addresses and gives up in time.
    /// <c>http://registry</c> is what <c>Services:registry:http:0…n</c> say (environment
    /// <c>services__registry__http__0</c>), one instance after the other; a name without
    /// configuration stays as it is, because the DNS knows it then.
    /// </summary>
    public static void AddHttpClientDefaults(this IServiceCollection services)
    {
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(client => client
            .ConfigureHttpClient(http => http.Timeout = TimeSpan.FromSeconds(10))
            .UseSocketsHttpHandler((sockets, _) =>
            {
                sockets.ConnectTimeout = TimeSpan.FromSeconds(2);
                sockets.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
                sockets.AllowAutoRedirect = false;
            })
            .AddServiceDiscovery());
    }
}
