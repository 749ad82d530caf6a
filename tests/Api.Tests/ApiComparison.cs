using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Wir.Api.Tests;

/// <summary>What a client of the API as it was would notice of the API as it is. Additions that nobody has to use are none of it.</summary>
internal sealed partial class ApiComparison
{
    private readonly List<string> _breaks = [];
    private readonly JsonObject _before;
    private readonly JsonObject _after;

    private ApiComparison(JsonObject before, JsonObject after) => (_before, _after) = (before, after);

    /// <summary>One line per breaking change; empty when every client goes on as before.</summary>
    public static IReadOnlyList<string> Breaks(JsonObject before, JsonObject after)
    {
        var comparison = new ApiComparison(before, after);
        comparison.Compare();
        return [.. comparison._breaks.Distinct()];
    }

    private void Compare()
    {
        var after = Operations(_after).ToDictionary(operation => operation.Key, operation => operation.Value);
        foreach (var (key, operation) in Operations(_before))
        {
            if (after.TryGetValue(key, out var now)) Compare(key, operation, now);
            else _breaks.Add($"{key}: is gone");
        }
    }

    private void Compare(string key, JsonObject before, JsonObject after)
    {
        CompareScopes(key, before, after);
        var (known, now) = (Parameters(before), Parameters(after));
        foreach (var (name, parameter) in known)
        {
            // Unknown parameters are refused, so whoever sends it gets an error from now on.
            if (!now.TryGetValue(name, out var other)) _breaks.Add($"{key}: parameter {name} is gone");
            else
            {
                if (IsRequired(other) && !IsRequired(parameter)) _breaks.Add($"{key}: parameter {name} is required now");
                Schemas(Direction.In).Compare($"{key}: parameter {name}", parameter["schema"], other["schema"]);
            }
        }

        foreach (var (name, parameter) in now)
        {
            if (IsRequired(parameter) && !known.ContainsKey(name)) _breaks.Add($"{key}: parameter {name} is new and required");
        }

        CompareBodies(key, before["requestBody"], after["requestBody"]);
        foreach (var (status, answer) in before["responses"]?.AsObject() ?? [])
        {
            if (status[0] is not ('2' or '3')) continue;
            if (after["responses"]?[status] is not { } other) _breaks.Add($"{key}: is never answered with {status} any more");
            else CompareContent($"{key}: answer {status}", answer!["content"], other["content"], Direction.Out);
        }
    }

    private void CompareScopes(string key, JsonObject before, JsonObject after)
    {
        var (known, now) = (ScopesOf(before), ScopesOf(after));
        if (known is null || now is null || now.Count == 0) return;
        if (known.Count == 0) _breaks.Add($"{key}: is not public any more");
        foreach (var scope in known.Except(now)) _breaks.Add($"{key}: {scope} is not enough any more");
    }

    private void CompareBodies(string key, JsonNode? before, JsonNode? after)
    {
        if (after is not null && IsRequired(after) && (before is null || !IsRequired(before))) _breaks.Add($"{key}: a body is required now");
        if (before is null) return;
        if (after is null) _breaks.Add($"{key}: takes no body any more");
        else CompareContent($"{key}: body", before["content"], after["content"], Direction.In);
    }

    private void CompareContent(string place, JsonNode? before, JsonNode? after, Direction direction)
    {
        foreach (var (type, media) in before?.AsObject() ?? [])
        {
            if (after?[type] is not { } other) _breaks.Add($"{place}: {type} is gone");
            else Schemas(direction).Compare(place, media!["schema"], other["schema"]);
        }
    }

    private SchemaComparison Schemas(Direction direction) => new(_before, _after, direction, _breaks);

    /// <summary>Names of path parameters are nobody's concern: <c>GET /pages/{}</c>.</summary>
    private static IEnumerable<KeyValuePair<string, JsonObject>> Operations(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where operation.Key is "get" or "put" or "post" or "delete" or "patch" or "head"
        select KeyValuePair.Create($"{operation.Key.ToUpperInvariant()} {PathParameter().Replace(path.Key, "{}")}", operation.Value!.AsObject());

    private static Dictionary<string, JsonNode> Parameters(JsonObject operation) =>
        (operation["parameters"]?.AsArray() ?? []).Where(parameter => (string?)parameter!["in"] != "path")
            .ToDictionary(parameter => ((string?)parameter!["in"] == "query" ? "?" : "") + (string)parameter["name"]!, parameter => parameter!);

    private static bool IsRequired(JsonNode node) => (bool?)node["required"] is true;

    private static List<string>? ScopesOf(JsonObject operation) => operation["x-wir-scopes"]?.AsArray().Select(scope => (string)scope!).ToList();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex PathParameter();
}

/// <summary>Who writes what a schema describes: the client (in), or the service (out).</summary>
internal enum Direction
{
    In,
    Out,
}
