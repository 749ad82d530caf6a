using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Tokens;

internal static class TokenRegistration
{
    public static void AddServiceTokens(this IServiceCollection services)
    {
        services.TryAddSingleton<ITokenKeys, TokenKeys>();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<ITokenKeys, TimeProvider>(Configure);
        services.AddAuthorization();
    }

    private static void Configure(JwtBearerOptions options, ITokenKeys keys, TimeProvider time)
    {
        options.MapInboundClaims = false;
        options.IncludeErrorDetails = false;
        var handler = new RememberingTokenHandler(keys, time) { MapInboundClaims = false };
        options.TokenHandlers.Clear();
        options.TokenHandlers.Add(handler);
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = TokenClaims.Issuer,
            ValidAudience = TokenClaims.Audience,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            NameClaimType = TokenClaims.Subject,
            IssuerSigningKeyResolver = (_, _, keyId, _) => keyId is null ? [] : keys.Known(keyId),
            LifetimeValidator = (notBefore, expires, _, _) => RememberingTokenHandler.IsCurrent(notBefore, expires, time),
        };
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = async context =>
            {
                // The key of a token that was checked before is known; reading the token again would cost more than the rest of its check.
                if (TokenOf(context.Request) is { } token && handler.Remembered(token) is null && KeyIdOf(token) is { } keyId) await keys.EnsureAsync(keyId, context.HttpContext.RequestAborted);
            },
            OnChallenge = context =>
            {
                context.HandleResponse();
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return WriteAsync(context.HttpContext, CommonProblems.Unauthenticated.With(new("Die Anfrage trägt kein gültiges Token.", "The request carries no valid token.")));
            },
            OnForbidden = context => AccessRefusal.WriteAsync(context.HttpContext),
        };
    }

    private static string? TokenOf(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
    }

    private static string? KeyIdOf(string token)
    {
        try
        {
            return new JsonWebToken(token).Kid;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static Task WriteAsync(HttpContext context, ProblemCase problem) => problem.ToResult().ExecuteAsync(context);
}
