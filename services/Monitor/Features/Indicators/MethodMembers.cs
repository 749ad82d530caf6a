using System.Text.Json;
using System.Text.Json.Nodes;
using Wir.Monitor.Data.Configurations;
using Wir.Monitor.Domain;

namespace Wir.Monitor.Features.Indicators;

/// <summary>A member of a description that is to change.</summary>
/// <param name="Old">What it was when the change was proposed, or null.</param>
/// <param name="New">What it is to be, or null.</param>
public sealed record MemberChange(JsonElement Old, JsonElement New);

/// <summary>
/// Which members of a description are the method: what published numbers are computed by, or read by. A change of the
/// method changes numbers, so a second person decides on it. A test holds that every member is in one of the lists.
/// </summary>
internal static class MethodMembers
{
    /// <summary>A change of these is a draft while there are released numbers.</summary>
    public static IReadOnlySet<string> Method { get; } = new HashSet<string> { "formula", "unit", "direction",
        "breaks" };

    /// <summary>The shape of the numbers: no change while there are released numbers.</summary>
    public static IReadOnlySet<string> Shape { get; } = new HashSet<string> { "periodicity", "dimensions" };

    /// <summary>These describe, warn or remind; no number follows from them.</summary>
    public static IReadOnlySet<string> Description { get; } = new HashSet<string>
    {
        "area", "name", "definition", "numerator", "denominator", "field", "source", "lowestLevel", "contact",
            "licence", "nextUpdate", "plausible",
    };

    /// <summary>A file that was read by another of these has to be read again.</summary>
    private static IReadOnlySet<string> Reading { get; } = new HashSet<string> { "formula", "unit", "periodicity",
        "dimensions" };

    public static bool IsMethod(IReadOnlyDictionary<string, MemberChange> changes) => changes.Keys.Any(Method.Contains);

    public static bool IsShape(IReadOnlyDictionary<string, MemberChange> changes) => changes.Keys.Any(Shape.Contains);

    public static bool IsReading(IReadOnlyDictionary<string, MemberChange> changes) =>
        changes.Keys.Any(Reading.Contains);

    /// <summary>Every member that differs, by its name in JSON.</summary>
    public static IReadOnlyDictionary<string, MemberChange> Between(IndicatorContent before, IndicatorContent after)
    {
        var (old, now) = (NodeOf(before), NodeOf(after));
        return old.Select(pair => pair.Key).Union(now.Select(pair => pair.Key))
            .Where(name => !JsonNode.DeepEquals(old[name], now[name]))
            .Order(StringComparer.Ordinal).ToDictionary(name => name, name =>
                new MemberChange(ElementOf(old[name]), ElementOf(now[name])));
    }

    /// <summary>The description with these changes; whatever else was changed meanwhile stays.</summary>
    public static IndicatorContent Apply(IndicatorContent content, IReadOnlyDictionary<string, MemberChange> changes)
    {
        var node = NodeOf(content);
        foreach (var (name, change) in changes) node[name] = JsonNode.Parse(change.New.GetRawText());
        return node.Deserialize<IndicatorContent>(JsonColumn.Options)!;
    }

    /// <summary>In one line, for <c>/revisions</c>: <c>formula: "E06 * 2" → "E06 * 3"</c>.</summary>
    public static string Told(IReadOnlyDictionary<string, MemberChange> changes) =>
        string.Join("; ", changes.Where(pair => Method.Contains(pair.Key))
        .Select(pair => $"{pair.Key}: {Told(pair.Value.Old)} → {Told(pair.Value.New)}"));

    private static string Told(JsonElement value) => JsonSerializer.Serialize(value, JsonColumn.Options);

    private static JsonElement ElementOf(JsonNode? value) =>
        JsonSerializer.SerializeToElement(value, JsonColumn.Options);

    private static JsonObject NodeOf(IndicatorContent content) =>
        JsonSerializer.SerializeToNode(content, JsonColumn.Options)!.AsObject();
}
