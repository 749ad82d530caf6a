using System.Text.Json.Nodes;

namespace Wir.Api.Tests;

/// <summary>The descriptions of the APIs as committed, and as the programs give them.</summary>
internal static class Documents
{
    /// <summary>Name under which the gateway shows an API, and the program that has it.</summary>
    public static readonly IReadOnlyDictionary<string, string> Programs = new Dictionary<string, string>
    {
        ["registry"] = "Registry", ["welcome"] = "WelcomePackage", ["monitor"] = "Monitor", ["clients"] = "Gateway",
    };

    public static TheoryData<string> Names => [.. Programs.Keys];

    public static string Folder => Path.Combine(NodeTools.Repository, "docs/api");

    public static string FileOf(string name) => Path.Combine(Folder, name + ".json");

    public static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(file))!.AsObject();

    public static IEnumerable<(string Name, JsonObject Operation)> Operations(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where operation.Value is JsonObject
        select ($"{operation.Key.ToUpperInvariant()} {path.Key}", operation.Value!.AsObject());
}
