using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Wir.ServiceDefaults.Hosting;

internal static class KestrelLimits
{
    /// <summary>Largest body unless a route allows more, bytes.</summary>
    public const long DefaultBodySize = 1024 * 1024;

    /// <summary>
    /// A client gets as much room and time as an honest request needs; slow senders are cut off. The gateway's room is smaller
    /// than what stands here: it adds a token and its trace, and writes a path in longer letters than the client did.
    /// </summary>
    public static void AddKestrelLimits(this WebApplicationBuilder builder) =>
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = DefaultBodySize;
            options.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            options.Limits.MaxRequestHeaderCount = 96;
            options.Limits.MaxRequestLineSize = 32 * 1024;
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        });
}
