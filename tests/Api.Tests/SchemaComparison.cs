using System.Globalization;
using System.Text.Json.Nodes;

namespace Wir.Api.Tests;

/// <summary>Whether what was valid still is (what clients send), and what is answered is still what was promised (what they get).</summary>
internal sealed class SchemaComparison(JsonObject before, JsonObject after, Direction direction, List<string> breaks)
{
    private readonly HashSet<(JsonObject, JsonObject)> _open = [];

    public void Compare(string place, JsonNode? known, JsonNode? now)
    {
        if (known is null || now is null) return;
        var (old, oldOrNull) = Resolve(before, known);
        var (current, currentOrNull) = Resolve(after, now);
        CompareTypes(place, Types(old, oldOrNull), Types(current, currentOrNull));
        // Shapes that contain themselves are looked at once.
        if (!_open.Add((old, current))) return;
        CompareValues(place, old, current);
        CompareMembers(place, old, current);
        Compare(place + "[]", old["items"], current["items"]);
        if (old["additionalProperties"] is JsonObject values && current["additionalProperties"] is JsonObject others) Compare(place + "/*", values, others);
        CompareChoices(place, Choices(old), Choices(current));
        _open.Remove((old, current));
    }

    private void CompareTypes(string place, HashSet<string> known, HashSet<string> now)
    {
        if (known.Count == 0 || now.Count == 0) return;
        var (narrow, wide) = direction == Direction.In ? (known, now) : (now, known);
        foreach (var type in narrow.Where(type => !wide.Contains(type) && !(type == "integer" && wide.Contains("number"))))
        {
            breaks.Add(direction == Direction.In ? $"{place}: {type} is not taken any more" : $"{place}: may be {type} now");
        }
    }

    private void CompareValues(string place, JsonObject known, JsonObject now)
    {
        if (direction == Direction.Out) return;
        var (values, others) = (Enum(known), Enum(now));
        if (others is not null && values is null) breaks.Add($"{place}: takes certain values only now");
        foreach (var value in others is null ? [] : values?.Except(others) ?? []) breaks.Add($"{place}: “{value}” is not taken any more");
        if (Tightened(known, now, "maxLength", 1) || Tightened(known, now, "maximum", 1) || Tightened(known, now, "maxItems", 1)) breaks.Add($"{place}: the upper limit is lower");
        if (Tightened(known, now, "minLength", -1) || Tightened(known, now, "minimum", -1) || Tightened(known, now, "minItems", -1)) breaks.Add($"{place}: the lower limit is higher");
        if (now["pattern"] is { } pattern && (string?)pattern != (string?)known["pattern"]) breaks.Add($"{place}: the pattern is another");
    }

    private void CompareMembers(string place, JsonObject known, JsonObject now)
    {
        var (members, others) = (known["properties"]?.AsObject() ?? [], now["properties"]?.AsObject() ?? []);
        var (required, demanded) = (Required(known), Required(now));
        foreach (var (name, member) in members)
        {
            if (others[name] is not { } other) breaks.Add($"{place}/{name}: is gone");
            else Compare($"{place}/{name}", member, other);
            if (direction == Direction.Out && others[name] is not null && required.Contains(name) && !demanded.Contains(name)) breaks.Add($"{place}/{name}: may be missing now");
        }

        if (direction == Direction.Out || (members.Count == 0 && others.Count == 0)) return;
        foreach (var name in demanded.Except(required)) breaks.Add($"{place}/{name}: is required now");
    }

    private void CompareChoices(string place, List<JsonNode> known, List<JsonNode> now)
    {
        if (known.Count > now.Count && direction == Direction.In) breaks.Add($"{place}: fewer shapes are taken");
        for (var i = 0; i < Math.Min(known.Count, now.Count); i++) Compare(place, known[i], now[i]);
    }

    /// <summary>The shape itself, and whether null stands beside it: <c>oneOf: [{ "type": "null" }, { "$ref": … }]</c>.</summary>
    private static (JsonObject Schema, bool OrNull) Resolve(JsonObject document, JsonNode schema)
    {
        var orNull = false;
        while (true)
        {
            if ((string?)schema["$ref"] is { } reference)
            {
                schema = document["components"]!["schemas"]![reference.Split('/')[^1]]!;
                continue;
            }

            if (schema["oneOf"]?.AsArray() is { } choices && choices.Where(choice => (string?)(choice!["type"] as JsonValue) != "null").ToList() is [{ } only])
            {
                orNull |= choices.Count > 1;
                schema = only;
                continue;
            }

            return (schema.AsObject(), orNull);
        }
    }

    private static HashSet<string> Types(JsonObject schema, bool orNull)
    {
        var types = schema["type"] switch
        {
            JsonArray several => several.Select(type => (string)type!).ToHashSet(),
            { } one => [(string)one!],
            null => [],
        };
        if (orNull && types.Count > 0) types.Add("null");
        return types;
    }

    private static List<string>? Enum(JsonObject schema) => schema["enum"]?.AsArray().Select(value => value?.ToString() ?? "null").ToList();

    private static HashSet<string> Required(JsonObject schema) => [.. (schema["required"]?.AsArray() ?? []).Select(name => (string)name!)];

    private static List<JsonNode> Choices(JsonObject schema) =>
        [.. new[] { "oneOf", "anyOf", "allOf" }.SelectMany(kind => schema[kind]?.AsArray() ?? []).Where(choice => (string?)(choice!["type"] as JsonValue) != "null").Select(choice => choice!)];

    private static bool Tightened(JsonObject known, JsonObject now, string limit, int sign) =>
        Number(now[limit]) is { } current && (Number(known[limit]) is not { } old || sign * current < sign * old);

    private static double? Number(JsonNode? node) => node is null ? null : double.Parse(node.ToString(), CultureInfo.InvariantCulture);
}
