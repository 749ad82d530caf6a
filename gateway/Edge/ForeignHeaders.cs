namespace Wir.Gateway.Edge;

/// <summary>Takes away what only the gateway may say, after having taken the address from those who may name it.</summary>
internal sealed class ForeignHeaders(RequestDelegate next, ReaderAddress addresses)
{
    private static readonly string[] s_prefixes = ["X-Forwarded-", "X-Wir-", "X-Original-", "X-Real-", "X-Envoy-"];

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (addresses.Of(context) is { } address) context.Connection.RemoteIpAddress = address;
        foreach (var name in headers.Keys.Where(IsForeign).ToArray()) headers.Remove(name);
        return next(context);
    }

    // HTTP servers of the CGI kind take X_Forwarded_For for the same header.
    private static bool IsForeign(string name) =>
        name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase) || name.Contains('_', StringComparison.Ordinal)
        || s_prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
