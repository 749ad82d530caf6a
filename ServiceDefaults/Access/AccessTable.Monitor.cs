namespace Wir.ServiceDefaults.Access;

public static partial class AccessTable
{
    private static AccessRule[] Monitor =>
    [
        new("GET", "/api/monitor/v1/indicators"),
        new("GET", "/api/monitor/v1/indicators/{code}"),
        new("PUT", "/api/monitor/v1/indicators/{code}", Scopes.MonitorWrite) { ByArea = true },
        new("GET", "/api/monitor/v1/indicators/{code}/revisions"),
        new("GET", "/api/monitor/v1/data"),
        new("GET", "/api/monitor/v1/availability"),
        new("POST", "/api/monitor/v1/imports", Scopes.MonitorWrite) { ByArea = true },
        new("GET", "/api/monitor/v1/imports/{id}", Scopes.MonitorWrite, Scopes.MonitorApprove),
        new("POST", "/api/monitor/v1/imports/{id}/check", Scopes.MonitorWrite) { ByArea = true },
        new("POST", "/api/monitor/v1/imports/{id}/approve", Scopes.MonitorApprove) { ByArea = true, FourEyes = true },
        new("POST", "/api/monitor/v1/imports/{id}/release", Scopes.MonitorApprove) { ByArea = true },
        new("GET", "/api/monitor/v1/overview"),
        new("GET", "/api/monitor/v1/freshness"),
        new("GET", "/api/monitor/v1/live/{code}", Scopes.ReadInternal) { ByArea = true },
        new("GET", "/api/monitor/v1/changes"),
    ];
}
