using System.Text.Json.Nodes;

namespace Wir.Api.Tests;

/// <summary>The comparison itself: it finds what breaks a client, and nothing else.</summary>
[Lane(Lane.Unit)]
public sealed class ApiComparisonTests
{
    private const string Before = """
        { "paths": { "/things/{id}": {
            "get": {
              "x-wir-scopes": [],
              "parameters": [{ "name": "lang", "in": "query", "schema": { "type": "string", "enum": ["de", "en"] } }, { "name": "limit", "in": "query", "schema": { "type": "integer", "maximum": 200 } }],
              "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } } } },
            "post": {
              "x-wir-scopes": ["a:write", "a:approve"],
              "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Draft" } } } },
              "responses": { "201": {} } } } },
          "components": { "schemas": {
            "Thing": { "type": "object", "required": ["id", "name"], "properties": { "id": { "type": "string" }, "name": { "type": "string" }, "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Thing" } } } },
            "Draft": { "type": "object", "required": ["name"], "properties": { "name": { "type": ["string", "null"], "maxLength": 50 }, "size": { "type": "number" }, "parent": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Draft" }] } } } } } }
        """;

    [Fact]
    public void The_same_document_breaks_nothing() => Assert.Empty(Breaks(_ => { }));

    [Theory]
    [InlineData("a new operation", """{ "paths": { "/other": { "get": { "responses": {} } } } }""")]
    [InlineData("another name of a path parameter", """{ "paths": { "/things/{id}": null, "/things/{key}": "/things/{id}" } }""")]
    [InlineData("a further answer member", """{ "components": { "schemas": { "Thing": { "properties": { "note": { "type": "string" } } } } } }""")]
    [InlineData("a further body member", """{ "components": { "schemas": { "Draft": { "properties": { "note": { "type": "string" } } } } } }""")]
    [InlineData("a member that is not demanded any more", """{ "components": { "schemas": { "Draft": { "required": [] } } } }""")]
    [InlineData("a wider type", """{ "components": { "schemas": { "Draft": { "properties": { "size": { "type": ["number", "string"] } } } } } }""")]
    [InlineData("a longer text", """{ "components": { "schemas": { "Draft": { "properties": { "name": { "maxLength": 60 } } } } } }""")]
    [InlineData("a narrower answer", """{ "components": { "schemas": { "Thing": { "properties": { "name": { "enum": ["a"] } } } } } }""")]
    public void An_addition_breaks_nothing(string what, string patch) => Assert.True(Breaks(document => Merge(document, patch)) is [], what);

    [Theory]
    [InlineData("""{ "paths": { "/things/{id}": null } }""", "GET /things/{}: is gone", "POST /things/{}: is gone")]
    [InlineData("""{ "paths": { "/things/{id}": { "get": null } } }""", "GET /things/{}: is gone")]
    [InlineData("""{ "paths": { "/things/{id}": { "get": { "parameters": [] } } } }""", "GET /things/{}: parameter ?lang is gone", "GET /things/{}: parameter ?limit is gone")]
    [InlineData("""{ "paths": { "/things/{id}": { "post": { "parameters": [{ "name": "If-Match", "in": "header", "required": true }] } } } }""", "POST /things/{}: parameter If-Match is new and required")]
    [InlineData("""{ "paths": { "/things/{id}": { "get": { "x-wir-scopes": ["a:read"] } } } }""", "GET /things/{}: is not public any more")]
    [InlineData("""{ "paths": { "/things/{id}": { "post": { "x-wir-scopes": ["a:write"] } } } }""", "POST /things/{}: a:approve is not enough any more")]
    [InlineData("""{ "paths": { "/things/{id}": { "post": { "responses": { "201": null, "202": {} } } } } }""", "POST /things/{}: is never answered with 201 any more")]
    [InlineData("""{ "components": { "schemas": { "Thing": { "properties": { "name": null } } } } }""", "GET /things/{}: answer 200/name: is gone")]
    [InlineData("""{ "components": { "schemas": { "Thing": { "properties": { "id": { "type": "integer" } } } } } }""", "GET /things/{}: answer 200/id: may be integer now")]
    [InlineData("""{ "components": { "schemas": { "Thing": { "required": ["id"] } } } }""", "GET /things/{}: answer 200/name: may be missing now")]
    [InlineData("""{ "components": { "schemas": { "Draft": { "properties": { "size": null } } } } }""", "POST /things/{}: body/size: is gone")]
    [InlineData("""{ "components": { "schemas": { "Draft": { "required": ["name", "size"] } } } }""", "POST /things/{}: body/size: is required now")]
    [InlineData("""{ "components": { "schemas": { "Draft": { "properties": { "name": { "type": "string" } } } } } }""", "POST /things/{}: body/name: null is not taken any more")]
    [InlineData("""{ "components": { "schemas": { "Draft": { "properties": { "name": { "maxLength": 40 } } } } } }""", "POST /things/{}: body/name: the upper limit is lower")]
    [InlineData("""{ "components": { "schemas": { "Draft": { "properties": { "size": { "type": "integer" } } } } } }""", "POST /things/{}: body/size: number is not taken any more")]
    [InlineData("""{ "components": { "schemas": { "Draft": { "properties": { "size": { "minimum": 1 } } } } } }""", "POST /things/{}: body/size: the lower limit is higher")]
    public void What_a_client_would_notice_is_told(string patch, params string[] told) => Assert.Equal(told, Breaks(document => Merge(document, patch)));

    [Fact]
    public void A_value_less_and_a_limit_less_are_told()
    {
        var told = Breaks(document =>
        {
            var parameters = document["paths"]!["/things/{id}"]!["get"]!["parameters"]!;
            parameters[0]!["schema"]!["enum"] = new JsonArray("de");
            parameters[1]!["schema"]!["maximum"] = 100;
            parameters[1]!["required"] = true;
        });

        Assert.Equal(["GET /things/{}: parameter ?lang: “en” is not taken any more", "GET /things/{}: parameter ?limit is required now", "GET /things/{}: parameter ?limit: the upper limit is lower"], told);
    }

    private static IReadOnlyList<string> Breaks(Action<JsonObject> change)
    {
        var after = JsonNode.Parse(Before)!.AsObject();
        change(after);
        return ApiComparison.Breaks(JsonNode.Parse(Before)!.AsObject(), after);
    }

    /// <summary>Null removes; a text among the paths names the path to take over.</summary>
    private static void Merge(JsonObject document, string patch)
    {
        var original = document["paths"]!.DeepClone();
        Merge(document, JsonNode.Parse(patch)!.AsObject());
        foreach (var (path, value) in document["paths"]!.AsObject().ToList())
        {
            if (value is JsonValue other) document["paths"]![path] = original[(string)other!]!.DeepClone();
        }
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null) target.Remove(name);
            else if (value is JsonObject inner && target[name] is JsonObject existing) Merge(existing, inner);
            else target[name] = value.DeepClone();
        }
    }
}
