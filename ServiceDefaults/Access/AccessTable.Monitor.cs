namespace Wir.ServiceDefaults.Access;

public static partial class AccessTable
{
    private static AccessRule[] Monitor =>
    [
        new("GET", "/api/monitor/v1/indicators"),
        new("GET", "/api/monitor/v1/indicators/{code}"),
        new("PUT", "/api/monitor/v1/indicators/{code}", Scopes.MonitorWrite) { ByArea = true },
        new("GET", "/api/monitor/v1/overview"),
        new("GET", "/api/monitor/v1/freshness"),
        new("GET", "/api/monitor/v1/live/{code}", Scopes.ReadInternal) { ByArea = true },
        new("GET", "/api/monitor/v1/changes"),
    ];
}
