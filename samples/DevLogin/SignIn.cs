using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Wir.DevLogin;

/// <summary>The endpoints of OpenID Connect, and the page on which a role is chosen.</summary>
internal static class SignIn
{
    private static readonly string[] s_asked = ["response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method", "state", "nonce"];

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void MapSignIn(this WebApplication app)
    {
        app.MapGet("/.well-known/openid-configuration", (Provider provider) => Results.Json(new Discovery(provider.Issuer), s_json));
        app.MapGet("/jwks", (Provider provider) => provider.Keys());
        app.MapGet("/authorize", (HttpRequest request) => Ask.Of(name => request.Query[name]) is null ? Refuse() : Results.Content(Page(request.Query), "text/html; charset=utf-8"));
        app.MapPost("/authorize", ChooseAsync);
        app.MapPost("/token", RedeemAsync);
    }

    private static async Task<IResult> ChooseAsync(HttpRequest request, Provider provider)
    {
        var form = request.HasFormContentType ? await request.ReadFormAsync() : FormCollection.Empty;
        if (Ask.Of(name => form[name]) is not { } ask || Roles.Find(form["role"]) is not { } role) return Refuse();
        var answer = new Dictionary<string, string?> { ["code"] = provider.CodeFor(ask, role), ["state"] = ask.State, ["iss"] = provider.Issuer };
        return Results.Redirect(QueryHelpers.AddQueryString(ask.RedirectUri, answer.Where(pair => pair.Value is not null)));
    }

    private static async Task<IResult> RedeemAsync(HttpRequest request, Provider provider)
    {
        var form = request.HasFormContentType ? await request.ReadFormAsync() : FormCollection.Empty;
        if (form["grant_type"] != "authorization_code") return Results.Json(new { error = "unsupported_grant_type" }, statusCode: 400);
        return provider.Redeem(form["code"].ToString(), form["client_id"], form["redirect_uri"], form["code_verifier"].ToString()) is var (access, id, seconds)
            ? Results.Json(new { access_token = access, id_token = id, token_type = "Bearer", expires_in = seconds, scope = "openid" })
            : Results.Json(new { error = "invalid_grant" }, statusCode: 400);
    }

    private static IResult Refuse() => Results.Text(
        "Nötig sind response_type=code, client_id, redirect_uri auf diesem Rechner, code_challenge und code_challenge_method=S256.\n"
        + "Needed are response_type=code, client_id, a redirect_uri on this machine, code_challenge and code_challenge_method=S256.\n", "text/plain; charset=utf-8", statusCode: 400);

    private static string Page(IQueryCollection query)
    {
        var page = new StringBuilder("""
            <!doctype html><html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Anmeldung für die Entwicklung</title>
            <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem}button{display:block;width:100%;margin:.5rem 0;padding:.7rem;text-align:left;font:inherit}small{display:block;color:#444}</style></head><body>
            <h1>Anmeldung für die Entwicklung</h1>
            <p>Hier gibt es keine Kennwörter: Wählen Sie eine Rolle. <span lang="en">There are no passwords here: choose a role.</span></p>
            <form method="post" action="/authorize">
            """);
        foreach (var name in s_asked.Where(name => query[name].Count > 0))
        {
            page.Append("<input type=\"hidden\" name=\"").Append(name).Append("\" value=\"").Append(WebUtility.HtmlEncode(query[name].ToString())).Append("\">");
        }

        foreach (var role in Roles.All)
        {
            page.Append("<button name=\"role\" value=\"").Append(role.Name).Append("\">").Append(WebUtility.HtmlEncode(role.De)).Append(" <span lang=\"en\">(").Append(WebUtility.HtmlEncode(role.En))
                .Append(")</span><small>").Append(string.Join(' ', role.Scopes)).Append(role.Areas.Length == 0 ? "" : " · " + string.Join(' ', role.Areas)).Append("</small></button>");
        }

        return page.Append("</form></body></html>").ToString();
    }
}

/// <summary>What the provider says of itself.</summary>
internal sealed record Discovery(string Issuer)
{
    public string AuthorizationEndpoint => Issuer + "/authorize";

    public string TokenEndpoint => Issuer + "/token";

    public string JwksUri => Issuer + "/jwks";

    public IReadOnlyList<string> ResponseTypesSupported { get; } = ["code"];

    public IReadOnlyList<string> ResponseModesSupported { get; } = ["query"];

    public IReadOnlyList<string> GrantTypesSupported { get; } = ["authorization_code"];

    public IReadOnlyList<string> SubjectTypesSupported { get; } = ["public"];

    public IReadOnlyList<string> IdTokenSigningAlgValuesSupported { get; } = ["ES256"];

    public IReadOnlyList<string> TokenEndpointAuthMethodsSupported { get; } = ["none"];

    public IReadOnlyList<string> CodeChallengeMethodsSupported { get; } = ["S256"];

    public IReadOnlyList<string> ScopesSupported { get; } = ["openid"];
}
