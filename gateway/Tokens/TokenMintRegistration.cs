using Microsoft.AspNetCore.Authentication;

namespace Wir.Gateway.Tokens;

internal static class TokenMintRegistration
{
    public static IServiceCollection AddTokenMint(this IServiceCollection services)
    {
        services.AddSingleton<SigningKeys>();
        services.AddHostedService(provider => provider.GetRequiredService<SigningKeys>());
        services.AddSingleton<ReaderPseudonym>();
        services.AddSingleton<TokenMint>();
        // The edge has decided who it is; the token that was minted for the services need not be checked by its own maker.
        services.AddAuthentication(EdgeAuthentication.Scheme).AddScheme<AuthenticationSchemeOptions, EdgeAuthentication>(EdgeAuthentication.Scheme, null);
        return services;
    }

    public static void MapJwks(this WebApplication app) =>
        app.MapGet("/.well-known/jwks.json", (HttpContext context, SigningKeys keys) =>
        {
            context.Response.Headers.CacheControl = "public, max-age=60";
            return TypedResults.Text(keys.PublicKeys().ToJson(), "application/json");
        }).ExcludeFromDescription().AllowAnonymous();
}
