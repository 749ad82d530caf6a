using System.IO.Compression;
using System.IO.Pipelines;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Wir.ServiceDefaults.Http;

/// <summary>
/// Finished answers, ready to be sent: composing, writing and compressing a large one takes far longer than sending it. An identity names
/// the state of the data that the answer tells, so nothing here can be out of date; which state counts is asked of the database before.
/// </summary>
/// <param name="budget">Bytes in memory.</param>
/// <param name="largest">Bytes of one answer at most; a larger one is not kept.</param>
public sealed class FinishedAnswers(long budget, int largest)
{
    private const int Long = 512 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, byte[] Bytes)>> _kept = [];
    private readonly LinkedList<(string Key, byte[] Bytes)> _recent = new();
    private long _bytes;

    /// <summary>Sends the answer, in the coding that the client takes; it is written only when it is not there yet.</summary>
    /// <param name="http">The request; status and headers are set.</param>
    /// <param name="identity">State of the data, question, format and language.</param>
    /// <param name="isText">False for what is compressed already.</param>
    /// <param name="write">Writes the plain content.</param>
    /// <param name="ct">Ends with the request.</param>
    public async Task SendAsync(HttpContext http, string identity, bool isText, Func<PipeWriter, ValueTask> write, CancellationToken ct)
    {
        if (budget == 0)
        {
            await write(http.Response.BodyWriter);
            return;
        }

        var coding = CodingOf(http, isText);
        var key = KeyOf(identity, coding);
        if (Find(key) is not { } bytes)
        {
            using var content = new MemoryStream();
            var writer = PipeWriter.Create(content, new StreamPipeWriterOptions(leaveOpen: true));
            await write(writer);
            await writer.CompleteAsync();
            bytes = Encode(content.GetBuffer().AsMemory(0, (int)content.Length), coding);
            Keep(key, bytes);
        }

        if (coding is not null)
        {
            http.Response.Headers.ContentEncoding = coding;
            // The compression looks at the request when the body begins; it would pack a second time.
            http.Request.Headers.AcceptEncoding = default;
        }

        http.Response.ContentLength = bytes.Length;
        await http.Response.BodyWriter.WriteAsync(bytes, ct);
    }

    /// <summary>Whether the answer is there, in whatever coding this client takes.</summary>
    public bool Has(HttpContext http, string identity, bool isText) =>
        Find(KeyOf(identity, CodingOf(http, isText))) is not null;

    /// <summary>Null when the answer goes out as it is.</summary>
    private static string? CodingOf(HttpContext http, bool isText) => isText && EntityTag.CodingOf(http) is { Length: > 0 } coding ? coding : null;

    private static string KeyOf(string identity, string? coding) => $"{identity}\n{coding}";

    private byte[]? Find(string key)
    {
        lock (_lock)
        {
            if (!_kept.TryGetValue(key, out var node)) return null;
            if (node != _recent.First)
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
            }

            return node.Value.Bytes;
        }
    }

    private void Keep(string key, byte[] bytes)
    {
        if (bytes.Length > largest || Footprint(key, bytes) > budget) return;
        lock (_lock)
        {
            if (_kept.ContainsKey(key)) return;
            _kept[key] = _recent.AddFirst((key, bytes));
            _bytes += Footprint(key, bytes);
            while (_bytes > budget)
            {
                var (oldest, content) = _recent.Last!.Value;
                _recent.RemoveLast();
                _kept.Remove(oldest);
                _bytes -= Footprint(oldest, content);
            }
        }
    }

    /// <summary>As the client takes it. It happens once per answer, so it may take its time; the first reader of megabytes is not to wait for the last per cent.</summary>
    private static byte[] Encode(ReadOnlyMemory<byte> content, string? coding)
    {
        if (coding is null) return content.ToArray();
        using var encoded = new MemoryStream(content.Length / 2);
        using (Stream stream = coding == "br" ? new BrotliStream(encoded, new BrotliCompressionOptions { Quality = content.Length > Long ? 4 : 6 }, leaveOpen: true) : new GZipStream(encoded, content.Length > Long ? CompressionLevel.Fastest : CompressionLevel.SmallestSize, leaveOpen: true))
        {
            stream.Write(content.Span);
        }

        return encoded.ToArray();
    }

    private static long Footprint(string key, byte[] bytes) => bytes.Length + (2L * key.Length) + 200;
}

/// <summary>A read whose state is known before it is made: known to the client, it is not made at all; kept here, it is sent as it is.</summary>
/// <param name="answers">Where answers are kept.</param>
/// <param name="identity">State of the data, question and whatever else the answer depends on but the coding.</param>
/// <param name="language">BCP 47 tag of the content.</param>
/// <param name="read">Makes the answer, of just that state.</param>
public sealed class FinishedRead<T>(FinishedAnswers answers, string identity, string? language, Func<CancellationToken, Task<T>> read) : IResult, IEndpointMetadataProvider, IStatusCodeHttpResult
{
    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status200OK;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (!new ReadHeaders(EntityTag.Of(httpContext, 0, identity, language), LastModified: null, language).Apply(httpContext)) return;
        var ct = httpContext.RequestAborted;
        httpContext.Response.ContentType = "application/json";
        await answers.SendAsync(
            httpContext, identity, isText: true, async writer => await JsonSerializer.SerializeAsync(writer, await read(ct), JsonRequest.OptionsOf(httpContext), ct), ct);
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));
}
