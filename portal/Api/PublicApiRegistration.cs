using Microsoft.Extensions.Options;

namespace Wir.Portal.Api;

public static class PublicApiRegistration
{
    public static IServiceCollection AddPublicApi(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddTransient<ReaderAddress>();
        services.AddHttpClient<PublicApi>()
            .ConfigureHttpClient((provider, client) =>
            {
                client.BaseAddress = new("http://gateway");
                client.Timeout = provider.GetRequiredService<IOptions<PortalOptions>>().Value.Patience;
            })
            .AddHttpMessageHandler<ReaderAddress>()
            // They write whole paths, and the path of a package holds its code.
            .RemoveAllLoggers();
        return services;
    }
}
