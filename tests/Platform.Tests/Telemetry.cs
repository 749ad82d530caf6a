using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Wir.Platform.Tests;

/// <summary>One span as it arrived.</summary>
public sealed record Span(string Service, string TraceId, string Id, string? ParentId, string Name, int Kind, IReadOnlyDictionary<string, string> Tags);

/// <summary>A collector for telemetry (OTLP over HTTP): keeps every message as it came, and reads the spans out of it.</summary>
public sealed class Telemetry : IAsyncDisposable
{
    private readonly ConcurrentBag<byte[]> _messages = [];
    private readonly ConcurrentBag<Span> _spans = [];
    private WebApplication? _app;

    public string Address => _app!.Urls.Single();

    public IReadOnlyCollection<Span> Spans => _spans;

    public IReadOnlyCollection<byte[]> Messages => _messages;

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/v1/{signal}", ReceiveAsync);
        await _app.StartAsync();
    }

    /// <summary>True when a text stands anywhere in what was received; texts are plain UTF-8 in this format.</summary>
    public bool Holds(string text)
    {
        var wanted = Encoding.UTF8.GetBytes(text);
        return _messages.Any(message => message.AsSpan().IndexOf(wanted) >= 0);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    private async Task<IResult> ReceiveAsync(HttpRequest request, string signal)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var message = body.ToArray();
        _messages.Add(message);
        if (signal == "traces") ReadTraces(message);
        return Results.Bytes([], "application/x-protobuf");
    }

    // opentelemetry.proto.collector.trace.v1: resource_spans = 1 { resource = 1 { attributes = 1 }, scope_spans = 2 { spans = 2 } }
    private void ReadTraces(byte[] message)
    {
        foreach (var resourceSpans in Fields(message).Where(f => f.Number == 1))
        {
            var parts = Fields(resourceSpans.Bytes).ToList();
            var service = parts.Where(p => p.Number == 1).SelectMany(r => Tags(r.Bytes, 1)).FirstOrDefault(t => t.Key == "service.name").Value ?? "";
            foreach (var span in parts.Where(p => p.Number == 2).SelectMany(s => Fields(s.Bytes)).Where(f => f.Number == 2))
            {
                _spans.Add(ReadSpan(service, span.Bytes));
            }
        }
    }

    // Span: trace_id = 1, span_id = 2, parent_span_id = 4, name = 5, kind = 6, attributes = 9
    private static Span ReadSpan(string service, byte[] message)
    {
        var fields = Fields(message).ToLookup(f => f.Number);
        string Hex(int number) => Convert.ToHexStringLower(fields[number].FirstOrDefault().Bytes ?? []);
        return new Span(
            service, Hex(1), Hex(2), Hex(4) is { Length: > 0 } parent ? parent : null,
            Encoding.UTF8.GetString(fields[5].First().Bytes), (int)fields[6].FirstOrDefault().Value,
            Tags(message, 9).GroupBy(t => t.Key).ToDictionary(t => t.Key, t => t.Last().Value));
    }

    // KeyValue: key = 1, value = 2 { string_value = 1, bool_value = 2, int_value = 3 }
    private static IEnumerable<KeyValuePair<string, string>> Tags(byte[] message, int number) => Fields(message).Where(f => f.Number == number).Select(f =>
    {
        var pair = Fields(f.Bytes).ToLookup(p => p.Number);
        var value = Fields(pair[2].FirstOrDefault().Bytes ?? []).FirstOrDefault();
        return KeyValuePair.Create(Encoding.UTF8.GetString(pair[1].First().Bytes), value.Number == 1 ? Encoding.UTF8.GetString(value.Bytes) : $"{value.Value}");
    });

    /// <summary>The fields of a protobuf message: number, and content or value.</summary>
    private static IEnumerable<(int Number, byte[] Bytes, ulong Value)> Fields(byte[] message)
    {
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message, ref at);
            switch (key & 7)
            {
                case 0:
                    yield return ((int)(key >> 3), [], Varint(message, ref at));
                    break;
                case 1:
                    yield return ((int)(key >> 3), [], BitConverter.ToUInt64(message, at));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    yield return ((int)(key >> 3), message[at..(at + length)], 0);
                    at += length;
                    break;
                case 5:
                    yield return ((int)(key >> 3), [], BitConverter.ToUInt32(message, at));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7} in a protobuf message.");
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}
