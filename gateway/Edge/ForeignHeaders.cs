namespace Wir.Gateway.Edge;

/// <summary>Takes away what only the gateway may say, after having taken the address from those who may name it.</summary>
internal sealed class ForeignHeaders(RequestDelegate next, ReaderAddress addresses)
{
    private static readonly string[] s_prefixes = ["X-Forwarded-", "X-Wir-", "X-Original-", "X-Real-", "X-Envoy-"];

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (addresses.Of(context) is { } address) context.Connection.RemoteIpAddress = address;
        // Most requests have none: nothing is allocated for them.
        List<string>? foreign = null;
        foreach (var (name, _) in headers)
        {
            if (IsForeign(name)) (foreign ??= []).Add(name);
        }

        foreach (var name in foreign ?? []) headers.Remove(name);
        return next(context);
    }

    // HTTP servers of the CGI kind take X_Forwarded_For for the same header.
    private static bool IsForeign(string name)
    {
        if (name.Contains('_', StringComparison.Ordinal) || name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)) return true;
        if (!name.StartsWith("X-", StringComparison.OrdinalIgnoreCase)) return false;
        foreach (var prefix in s_prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
