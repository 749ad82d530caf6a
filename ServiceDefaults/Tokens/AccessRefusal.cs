using Microsoft.AspNetCore.Http;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Tokens;

/// <summary>The answer to a caller who is known but lacks a scope.</summary>
public static class AccessRefusal
{
    public static Task WriteAsync(HttpContext context) => Of(context).ToResult().ExecuteAsync(context);

    /// <summary>Who came without credentials can come back with some (401); who has shown them lacks the scope (403).</summary>
    private static ProblemCase Of(HttpContext context)
    {
        var scopes = string.Join(", ", context.GetEndpoint()?.Metadata.GetMetadata<AccessRule>()?.Scopes ?? []);
        if (context.User.FindFirst(TokenClaims.Subject)?.Value == TokenClaims.Anonymous)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return CommonProblems.Unauthenticated.With(new(
                $"Nötig ist ein API-Schlüssel oder eine Anmeldung mit: {scopes}.", $"An API key or a sign-in is needed with: {scopes}."));
        }

        return CommonProblems.Forbidden.With(new($"Nötig ist eine dieser Berechtigungen: {scopes}.", $"One of these scopes is needed: {scopes}."));
    }
}
