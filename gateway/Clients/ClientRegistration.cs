namespace Wir.Gateway.Clients;

internal static class ClientRegistration
{
    public static IServiceCollection AddClientKeys(this IServiceCollection services)
    {
        services.AddSingleton<KeyDirectory>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyDirectory>());
        return services;
    }
}
