using System.Text;
using System.Text.Json;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>Parsing, with an answer that says where it stopped.</summary>
internal static class JsonSyntax
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = JsonLimits.MaxDepth, AllowTrailingCommas = false, CommentHandling = JsonCommentHandling.Disallow };

    /// <exception cref="ProblemException">The bytes are no JSON; names line, column and the place in the document.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            throw new ProblemException(CommonProblems.MalformedBody.With(new("Der Inhalt fehlt.", "The body is missing.")));
        }

        try
        {
            return JsonDocument.Parse(bytes, s_options);
        }
        catch (JsonException exception)
        {
            var (line, column) = ((exception.LineNumber ?? 0) + 1, (exception.BytePositionInLine ?? 0) + 1);
            var pointer = PlaceOfError(bytes.Span);
            throw new ProblemException(CommonProblems.MalformedBody.With(
                new($"Kein gültiges JSON: Zeile {line}, Spalte {column}.", $"Not valid JSON: line {line}, column {column}."),
                new Fault(pointer, CommonProblems.MalformedBody.Code, new("Hier oder kurz danach endet das gültige JSON.", "Valid JSON ends here or shortly after.")))
                .Add("line", line).Add("column", column));
        }
    }

    public static void ThrowIfAny(Problem problem, IReadOnlyList<Fault> faults)
    {
        if (faults.Count == 0) return;
        var detail = faults.Count == 1 ? faults[0].Detail : new Text($"{faults.Count} Angaben sind falsch.", $"{faults.Count} values are wrong.");
        throw new ProblemException(problem.With(detail, faults));
    }

    /// <summary>The pointer one step down (RFC 6901).</summary>
    public static string Append(string pointer, string member) =>
        $"{pointer}/{member.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public static string Append(string pointer, int index) => $"{pointer}/{index}";

    /// <summary>The serializer's path as a pointer: <c>$.offers[0].name</c> or <c>$['a.b']</c>.</summary>
    public static string PointerOf(string? path)
    {
        var pointer = new StringBuilder();
        path ??= "";
        for (var i = path.StartsWith('$') ? 1 : 0; i < path.Length;)
        {
            var quoted = path.AsSpan(i).StartsWith("['");
            var start = i + (quoted ? 2 : 1);
            var end = quoted ? path.IndexOf("']", start, StringComparison.Ordinal)
                : path[i] == '[' ? path.IndexOf(']', start)
                : path.AsSpan(start).IndexOfAny('.', '[') is var next && next < 0 ? path.Length : start + next;
            if (end < 0) break;
            pointer.Append('/').Append(path.AsSpan(start, end - start).ToString().Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
            i = end + (quoted ? 2 : path[i] == '[' ? 1 : 0);
        }

        return pointer.ToString();
    }

    /// <summary>Reads up to the error and tells which member or element was being read.</summary>
    private static string PlaceOfError(ReadOnlySpan<byte> bytes)
    {
        var places = new Stack<(bool IsArray, int Index, string? Member)>();
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = JsonLimits.MaxDepth });
            while (reader.Read()) Advance(ref reader, places);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The error that is being located; the stack holds where.
        }

        return places.Reverse().Aggregate("", (pointer, place) =>
            place.IsArray ? Append(pointer, place.Index) : place.Member is null ? pointer : Append(pointer, place.Member));
    }

    private static void Advance(ref Utf8JsonReader reader, Stack<(bool IsArray, int Index, string? Member)> places)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                places.Pop();
                places.Push((false, 0, reader.GetString()));
                return;
            case JsonTokenType.StartObject:
                places.Push((false, 0, null));
                return;
            case JsonTokenType.StartArray:
                places.Push((true, 0, null));
                return;
            case JsonTokenType.EndArray or JsonTokenType.EndObject:
                places.Pop();
                break;
        }

        // A value is complete: the array moves on, the object waits for its next member.
        if (places.TryPop(out var place)) places.Push(place.IsArray ? place with { Index = place.Index + 1 } : place with { Member = null });
    }
}
