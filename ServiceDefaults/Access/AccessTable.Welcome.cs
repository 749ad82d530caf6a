namespace Wir.ServiceDefaults.Access;

public static partial class AccessTable
{
    private static AccessRule[] Welcome =>
    [
        new("GET", "/api/welcome/v1/languages"),
        new("GET", "/api/welcome/v1/tree"),
        new("GET", "/api/welcome/v1/pages"),
        new("POST", "/api/welcome/v1/pages", Scopes.WelcomeWrite) { ByArea = true },
        new("GET", "/api/welcome/v1/pages/{id}"),
        new("GET", "/api/welcome/v1/pages/{id}/translations/{lang}", Scopes.WelcomeWrite, Scopes.WelcomeTranslate, Scopes.WelcomePublish) { ByArea = true },
        new("PUT", "/api/welcome/v1/pages/{id}/translations/{lang}", Scopes.WelcomeWrite, Scopes.WelcomeTranslate) { ByArea = true },
        new("PUT", "/api/welcome/v1/pages/{id}/overlays/{area}/{lang}", Scopes.WelcomeWrite) { ByArea = true },
        new("POST", "/api/welcome/v1/pages/{id}/publish", Scopes.WelcomePublish) { ByArea = true, FourEyes = true },
        new("GET", "/api/welcome/v1/associations"),
        new("POST", "/api/welcome/v1/packages", Scopes.WelcomeIssue) { ByArea = true },
        new("GET", "/api/welcome/v1/packages/{code}"),
        new("GET", "/api/welcome/v1/packages/{code}/booklet"),
        new("GET", "/api/welcome/v1/packages/{code}/qr.svg"),
        new("GET", "/api/welcome/v1/packages/{code}/qr.png"),
        new("GET", "/api/welcome/v1/changes"),
    ];
}
