using System.Collections;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Wir.Messaging;

/// <summary>Rows as lines of JSON (<c>application/x-ndjson</c>); where to go on stands in the header <c>Link</c>.</summary>
public sealed class NdjsonResult(IEnumerable rows, string? next = null) : IResult
{
    public const string ContentType = "application/x-ndjson";

    private static readonly byte[] s_newLine = "\n"u8.ToArray();

    public static bool IsAskedFor(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals(ContentType, StringComparison.OrdinalIgnoreCase));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var options = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        httpContext.Response.ContentType = ContentType;
        if (next is not null) httpContext.Response.Headers.Link = $"<{next}>; rel=\"next\"";
        foreach (var row in rows)
        {
            await JsonSerializer.SerializeAsync(httpContext.Response.Body, row, row.GetType(), options, httpContext.RequestAborted);
            await httpContext.Response.Body.WriteAsync(s_newLine, httpContext.RequestAborted);
        }
    }
}
