using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Wir.Contracts;
using Wir.TestKit;
using Xunit;

namespace Wir.Messaging.Tests;

/// <summary>
/// Events live as long as the logs that hold them: what has been written once must be read by every later consumer, and what is written now by
/// every earlier one. <c>docs/events</c> holds what each contract has promised; <c>WIR_WRITE_CONTRACTS=1</c> adds what is new.
/// </summary>
[Lane(Lane.Unit)]
public sealed class ContractTests
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n" };

    // As MessagingJson writes; a converter of our own would hide from the exporter that an instant is one.
    private static readonly JsonSerializerOptions s_written = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    public static TheoryData<string> Contracts => [.. EventCatalog.ByUrn.Keys];

    [Fact]
    public void What_is_promised_is_still_a_contract() => Assert.Equal(
        EventCatalog.ByUrn.Values.Select(type => EventAttribute.Of(type).Exchange).Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Contracts))]
    public async Task A_contract_only_grows_by_members_that_nobody_has_to_send(string urn)
    {
        var type = EventCatalog.ByUrn[urn];
        var file = Path.Combine(Folder, EventAttribute.Of(type).Exchange + ".json");
        var now = SchemaOf(type);
        if (Environment.GetEnvironmentVariable("WIR_WRITE_CONTRACTS") == "1" && (!File.Exists(file) || Breaks(Read(file), now, "").ToArray() is [])) await File.WriteAllTextAsync(file, Text(now));

        var promised = Read(file);

        Assert.Empty(Breaks(promised, now, ""));
        Assert.True(JsonNode.DeepEquals(promised, now), $"{urn} has grown. Write that down: WIR_WRITE_CONTRACTS=1 ./wir test unit");
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void A_consumer_reads_what_a_later_producer_writes_and_what_an_earlier_one_left_out(string urn)
    {
        var type = EventCatalog.ByUrn[urn];
        var schema = SchemaOf(type);
        var full = SampleOf(schema, withOptional: true);
        var later = WithUnknownMembers(full.DeepClone());
        var earlier = SampleOf(schema, withOptional: false);

        var event1 = full.Deserialize(type, MessagingJson.Options);
        var event2 = later.Deserialize(type, MessagingJson.Options);

        Assert.True(JsonNode.DeepEquals(JsonSerializer.SerializeToNode(event1, type, MessagingJson.Options), full), $"{urn} loses something on its way");
        Assert.Equal(JsonSerializer.Serialize(event1, type, MessagingJson.Options), JsonSerializer.Serialize(event2, type, MessagingJson.Options));
        Assert.NotNull(earlier.Deserialize(type, MessagingJson.Options));
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"type":"string"}},"required":["a"]}""", """{"properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"]}""", null)]
    [InlineData("""{"properties":{"a":{"type":"string"}},"required":["a"]}""", """{"properties":{"b":{"type":"string"}}}""", "/a is gone")]
    [InlineData("""{"properties":{"a":{"type":"string"}},"required":["a"]}""", """{"properties":{"a":{"type":"string"}}}""", "/a has to be sent no longer")]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"properties":{"a":{"type":"string"}},"required":["a"]}""", "/a has to be sent now")]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"properties":{"a":{"type":["string","null"]}}}""", "/a is [\"string\",\"null\"] instead of \"string\"")]
    [InlineData("""{"properties":{"a":{"items":{"type":"string"}}}}""", """{"properties":{"a":{"items":{"type":"integer"}}}}""", "/a/* is \"integer\" instead of \"string\"")]
    public void A_break_is_seen(string before, string after, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], Breaks(JsonNode.Parse(before)!, JsonNode.Parse(after)!, ""));

    private static string Folder => Path.Combine(NodeTools.Repository, "docs/events");

    private static JsonNode SchemaOf(Type type) => s_written.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) =>
        {
            var member = context.PropertyInfo?.AttributeProvider;
            if (member?.IsDefined(typeof(ObsoleteAttribute), inherit: false) == true) schema["deprecated"] = true;
            return schema;
        },
    });

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(file))!;

    private static string Text(JsonNode schema) => schema.ToJsonString(s_indented) + "\n";

    private static IEnumerable<string> Breaks(JsonNode before, JsonNode after, string at)
    {
        foreach (var keyword in new[] { "type", "format", "pattern", "enum" })
        {
            if (!JsonNode.DeepEquals(before[keyword], after[keyword])) yield return $"{at} is {after[keyword]?.ToJsonString()} instead of {before[keyword]?.ToJsonString()}";
        }

        foreach (var inner in new[] { "items", "additionalProperties" })
        {
            if (before[inner] is JsonObject one) foreach (var broken in Breaks(one, after[inner] ?? new JsonObject(), at + "/*")) yield return broken;
        }

        var (required, requiredNow) = (Names(before["required"]), Names(after["required"]));
        foreach (var (name, schema) in before["properties"]?.AsObject() ?? [])
        {
            if (after["properties"]?[name] is not { } now)
            {
                yield return $"{at}/{name} is gone";
                continue;
            }

            if (required.Contains(name) && !requiredNow.Contains(name)) yield return $"{at}/{name} has to be sent no longer";
            foreach (var broken in Breaks(schema!, now, $"{at}/{name}")) yield return broken;
        }

        foreach (var name in requiredNow.Except(required)) yield return $"{at}/{name} has to be sent now";
    }

    private static HashSet<string> Names(JsonNode? required) => [.. (required?.AsArray() ?? []).Select(name => (string)name!)];

    private static JsonNode SampleOf(JsonNode schema, bool withOptional)
    {
        var type = schema["type"] is JsonArray several ? (string)several[0]! : (string?)schema["type"];
        var required = Names(schema["required"]);
        return type switch
        {
            "object" when schema["properties"] is JsonObject properties => new JsonObject(properties
                .Where(property => withOptional || required.Contains(property.Key))
                .Select(property => KeyValuePair.Create(property.Key, (JsonNode?)SampleOf(property.Value!, withOptional)))),
            "object" => new JsonObject { ["de"] = SampleOf(schema["additionalProperties"]!, withOptional) },
            "array" => new JsonArray(SampleOf(schema["items"]!, withOptional)),
            "boolean" => true,
            "integer" => 3,
            "number" => 1.5,
            _ => (string?)schema["format"] switch
            {
                "uuid" => "01970000-0000-7000-8000-000000000001",
                "date-time" => "2026-01-31T12:00:00Z",
                "date" => "2026-01-31",
                _ => "Text",
            },
        };
    }

    private static JsonNode WithUnknownMembers(JsonNode node)
    {
        switch (node)
        {
            // A map of texts by language has members of any name, but all of one kind.
            case JsonObject map when map.Count == 1 && map.ContainsKey("de"):
                WithUnknownMembers(map["de"]!);
                break;
            case JsonObject thing:
                foreach (var member in thing.Select(member => member.Value).OfType<JsonNode>().ToArray()) WithUnknownMembers(member);
                thing["fromTheFuture"] = new JsonObject { ["x"] = new JsonArray(1, "2", null) };
                break;
            case JsonArray list:
                foreach (var item in list) WithUnknownMembers(item!);
                break;
        }

        return node;
    }
}
