using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wir.Platform.Tests.Conformance;

/// <summary>What is sent: every part can be changed on its own.</summary>
/// <param name="Method">Also one that no route knows.</param>
/// <param name="Address">Path and query, as they go over the wire.</param>
public sealed record Call(string Method, string Address)
{
    public string? Key { get; init; }

    public byte[]? Body { get; init; }

    public string? BodyType { get; init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public Call With(string name, string value) => this with { Headers = [.. Headers, (name, value)] };

    public Call WithJson(JsonNode? body, string type = "application/json") =>
        this with { Body = Encoding.UTF8.GetBytes(body?.ToJsonString() ?? "null"), BodyType = type };

    public HttpRequestMessage ToMessage(Uri origin)
    {
        // Put together as text: two slashes at the start of a relative address would name another host.
        var message = new HttpRequestMessage(new HttpMethod(Method), new Uri(origin.GetLeftPart(UriPartial.Authority) + Address));
        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Body);
            if (BodyType is not null) message.Content.Headers.TryAddWithoutValidation("Content-Type", BodyType);
        }

        if (Key is not null) message.Headers.TryAddWithoutValidation("X-Api-Key", Key);
        foreach (var (name, value) in Headers) message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    public override string ToString() => $"{Method} {Address}{string.Concat(Headers.Select(header => $" [{header.Name}: {header.Value}]"))}{(Body is null ? "" : " " + Shown(Encoding.UTF8.GetString(Body)))}";

    private static string Shown(string text) => text.Length > 300 ? text[..300] + "…" : text;
}

/// <summary>An answer, read to its end.</summary>
public sealed record ApiAnswer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, byte[] Bytes)
{
    private JsonNode? _json;

    public int Code => (int)Status;

    public string Text => Encoding.UTF8.GetString(Bytes);

    public string? Type => Headers.GetValueOrDefault("Content-Type");

    public bool IsJson => Type?.Contains("json", StringComparison.Ordinal) is true && !Type.Contains("ndjson", StringComparison.Ordinal) && !Headers.ContainsKey("Content-Encoding");

    /// <summary>Null when it is no JSON.</summary>
    public JsonNode? Json
    {
        get
        {
            if (_json is not null || !IsJson) return _json;
            try
            {
                return _json = JsonNode.Parse(Bytes);
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>The code of a problem; empty when the answer is none.</summary>
    public string Problem => Code >= 400 && Json is JsonObject problem ? (string?)problem["code"] ?? "" : "";

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public override string ToString() => $"{Code} {Problem}{(Code < 400 ? "" : " " + (Text.Length > 300 ? Text[..300] + "…" : Text))}";

    public static async Task<ApiAnswer> OfAsync(HttpResponseMessage message) => new(
        message.StatusCode,
        message.Headers.Concat(message.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
        await message.Content.ReadAsByteArrayAsync());
}
