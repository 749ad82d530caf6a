using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Wir.ServiceDefaults.Access;

namespace Wir.Platform.Tests.Conformance;

/// <summary>One operation of one of the documents, and its row in the access table.</summary>
public sealed partial record ApiOperation(string Api, string Method, string Path, JsonObject About, AccessRule Rule)
{
    public string Name => $"{Method} {Path}";

    public bool IsRead => Method is "GET" or "HEAD";

    /// <summary>True when it changes an existing thing, and the caller has to name the version it has seen.</summary>
    public bool TakesIfMatch => Parameters.Any(parameter => (string?)parameter["name"] == "If-Match");

    public bool TakesIdempotencyKey => Parameters.Any(parameter => (string?)parameter["name"] == "Idempotency-Key");

    public IEnumerable<JsonNode> Parameters => (About["parameters"]?.AsArray() ?? []).Select(parameter => parameter!);

    public IEnumerable<JsonNode> QueryParameters => Parameters.Where(parameter => (string?)parameter["in"] == "query");

    public IReadOnlyList<string> PathParameters => [.. PathParameter().Matches(Path).Select(match => match.Groups[1].Value)];

    /// <summary>Media type and example of the body; null when it takes none.</summary>
    public (string Type, JsonNode? Example)? Body => About["requestBody"]?["content"]?.AsObject() is { Count: > 0 } content
        ? (content.First().Key, content.First().Value!["example"])
        : null;

    public JsonNode? BodySchema => About["requestBody"]?["content"]?.AsObject().First().Value!["schema"];

    /// <summary>The path with these values in place of its parameters.</summary>
    public string Fill(IReadOnlyDictionary<string, string> values) =>
        PathParameter().Replace(Path, match => Uri.EscapeDataString(values[match.Groups[1].Value]));

    /// <summary>All operations of a document that the access table knows.</summary>
    public static IEnumerable<ApiOperation> Of(string api, JsonObject document)
    {
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var (method, about) in operations!.AsObject())
            {
                if (about is not JsonObject operation) continue;
                var rule = AccessTable.Find(method, path) ?? throw new InvalidOperationException($"{method} {path} of {api}.json has no row in the access table.");
                yield return new(api, method.ToUpperInvariant(), path, operation, rule);
            }
        }
    }

    [GeneratedRegex(@"\{([^}:*]+)[^}]*\}")]
    private static partial Regex PathParameter();
}
