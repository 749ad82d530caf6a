using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Wir.Messaging;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Formats;

/// <summary>Rows as lines of JSON, written as they come: memory does not grow with their number.</summary>
public sealed class NdjsonStream(IAsyncEnumerable<object> rows) : IResult
{
    private const int FlushAt = 64 * 1024;

    public Task ExecuteAsync(HttpContext httpContext) =>
        httpContext.RequestServices.GetRequiredService<LongAnswers>().WriteAsync(httpContext, ct => WriteAsync(httpContext, ct));

    private async Task WriteAsync(HttpContext httpContext, CancellationToken ct)
    {
        var response = httpContext.Response;
        var options = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        response.ContentType = NdjsonResult.ContentType;
        response.Headers.CacheControl = "no-cache";
        await using var writer = new Utf8JsonWriter(response.BodyWriter, new JsonWriterOptions { Encoder = options.Encoder });
        await foreach (var row in rows.WithCancellation(ct))
        {
            JsonSerializer.Serialize(writer, row, row.GetType(), options);
            writer.Flush();
            writer.Reset();
            response.BodyWriter.Write("\n"u8);
            if (response.BodyWriter.UnflushedBytes > FlushAt) await response.BodyWriter.FlushAsync(ct);
        }
    }
}
