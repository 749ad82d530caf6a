using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Wir.Messaging;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Formats;

/// <summary>
/// Rows as lines of JSON, written as they come, in steps: memory does not grow with their number, and many streams leave
/// processors to others.
/// </summary>
public sealed class NdjsonStream(IAsyncEnumerable<object> rows) : IResult
{
    /// <summary>Bytes of one step.</summary>
    private const int FlushAt = 16 * 1024;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var work = httpContext.RequestServices.GetRequiredService<HeavyWork>();
        return httpContext.RequestServices.GetRequiredService<LongAnswers>().WriteAsync(httpContext, ct =>
        {
            response.ContentType = NdjsonResult.ContentType;
            response.Headers.CacheControl = "no-cache";
            return work.WriteAsync(response.BodyWriter, output => WriteAsync(httpContext, output, ct), ct);
        });
    }

    private async Task WriteAsync(HttpContext httpContext, PipeWriter output, CancellationToken ct)
    {
        var options = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        await using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = options.Encoder });
        await foreach (var row in rows.WithCancellation(ct))
        {
            JsonSerializer.Serialize(writer, row, row.GetType(), options);
            writer.Flush();
            writer.Reset();
            output.Write("\n"u8);
            if (output.UnflushedBytes > FlushAt) await output.FlushAsync(ct);
        }
    }
}
