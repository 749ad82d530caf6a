namespace Wir.ServiceDefaults.Access;

public static partial class AccessTable
{
    private static AccessRule[] Gateway =>
    [
        new("GET", "/api/clients/v1/me"),
        new("GET", "/api/clients/v1/changes", Scopes.PlatformAdmin),
        new("POST", "/api/clients/v1/signing-keys", Scopes.PlatformAdmin),
        new("GET", "/api/clients/v1/clients", Scopes.PlatformAdmin),
        new("POST", "/api/clients/v1/clients", Scopes.PlatformAdmin),
        new("GET", "/api/clients/v1/clients/{id}", Scopes.PlatformAdmin),
        new("PATCH", "/api/clients/v1/clients/{id}", Scopes.PlatformAdmin),
        new("DELETE", "/api/clients/v1/clients/{id}", Scopes.PlatformAdmin),
        new("POST", "/api/clients/v1/clients/{id}/keys", Scopes.PlatformAdmin),
        new("DELETE", "/api/clients/v1/clients/{id}/keys/{keyId}", Scopes.PlatformAdmin),
    ];
}
