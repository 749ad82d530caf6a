namespace Wir.ServiceDefaults.Access;

public static partial class AccessTable
{
    /// <summary>Operators, and those who look after the clients of their own areas.</summary>
    private static string[] Managers => [Scopes.ClientsManage, Scopes.PlatformAdmin];

    private static AccessRule[] Gateway =>
    [
        new("GET", "/api/clients/v1/me"),
        new("GET", "/api/clients/v1/changes", Scopes.PlatformAdmin),
        new("POST", "/api/clients/v1/signing-keys", Scopes.PlatformAdmin),
        new("GET", "/api/clients/v1/clients", Managers) { ByArea = true },
        new("POST", "/api/clients/v1/clients", Managers) { ByArea = true },
        new("GET", "/api/clients/v1/clients/{id}", Managers) { ByArea = true },
        new("PATCH", "/api/clients/v1/clients/{id}", Managers) { ByArea = true },
        new("DELETE", "/api/clients/v1/clients/{id}", Managers) { ByArea = true },
        new("POST", "/api/clients/v1/clients/{id}/keys", Managers) { ByArea = true },
        new("DELETE", "/api/clients/v1/clients/{id}/keys/{keyId}", Managers) { ByArea = true },
    ];
}
