namespace Wir.ServiceDefaults.Access;

public static partial class AccessTable
{
    private static AccessRule[] Registry =>
    [
        new("GET", "/api/registry/v1/associations"),
        new("GET", "/api/registry/v1/associations/{id}"),
        new("POST", "/api/registry/v1/associations", Scopes.RegistryWrite) { ByArea = true },
        new("PATCH", "/api/registry/v1/associations/{id}", Scopes.RegistryWrite) { ByArea = true },
        new("DELETE", "/api/registry/v1/associations/{id}", Scopes.RegistryWrite) { ByArea = true },
        new("GET", "/api/registry/v1/associations/{id}/versions"),
        new("GET", "/api/registry/v1/associations/{id}/occurrences"),
        new("POST", "/api/registry/v1/associations/{id}/confirm", Scopes.RegistryWrite) { ByArea = true },
        new("POST", "/api/registry/v1/submissions"),
        new("POST", "/api/registry/v1/submissions/{id}/confirm"),
        new("GET", "/api/registry/v1/submissions", Scopes.RegistryApprove, Scopes.RegistryWrite) { ByArea = true },
        new("GET", "/api/registry/v1/submissions/{id}", Scopes.RegistryApprove, Scopes.RegistryWrite) { ByArea = true },
        new("POST", "/api/registry/v1/submissions/{id}/review", Scopes.RegistryApprove) { ByArea = true, FourEyes = true },
        new("POST", "/api/registry/v1/reports"),
        new("GET", "/api/registry/v1/tasks", Scopes.RegistryApprove, Scopes.RegistryWrite) { ByArea = true },
        new("GET", "/api/registry/v1/tasks/{id}", Scopes.RegistryApprove, Scopes.RegistryWrite) { ByArea = true },
        new("POST", "/api/registry/v1/tasks/{id}/close", Scopes.RegistryApprove, Scopes.RegistryWrite) { ByArea = true },
        new("POST", "/api/registry/v1/privacy/export", Scopes.RegistryApprove) { ByArea = true },
        new("POST", "/api/registry/v1/privacy/erase", Scopes.RegistryApprove) { ByArea = true },
        new("GET", "/api/registry/v1/privacy/retention", Scopes.ReadInternal),
        new("GET", "/api/registry/v1/areas"),
        new("GET", "/api/registry/v1/categories"),
        new("GET", "/api/registry/v1/codes/{list}"),
        new("GET", "/api/registry/v1/changes"),
        new("GET", "/hsds"),
        new("GET", "/hsds/services"),
        new("GET", "/hsds/services/{id}"),
        new("GET", "/hsds/organizations"),
        new("GET", "/hsds/organizations/{id}"),
        new("GET", "/hsds/service_at_locations"),
        new("GET", "/hsds/service_at_locations/{id}"),
        new("GET", "/hsds/taxonomies"),
        new("GET", "/hsds/taxonomies/{id}"),
        new("GET", "/hsds/taxonomy_terms"),
        new("GET", "/hsds/taxonomy_terms/{id}"),
    ];
}
