using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Wir.ServiceDefaults.OpenApi;

/// <summary>
/// An example for every body, answer and parameter, made from its schema with values that mean something on this platform. It is valid
/// by the schema; what operations demand beyond that, <see cref="ExampleBodies"/> knows.
/// </summary>
internal static class Examples
{
    // Deeper than any shape of ours; only shapes that contain themselves get there.
    private const int MaxDepth = 8;

    public static void Complete(OpenApiDocument document)
    {
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>()))
        {
            foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
            {
                if (parameter.Example is null && parameter.Schema is { } schema) parameter.Example = Of(schema, parameter.Name ?? "", 0);
            }

            Complete(operation.RequestBody?.Content);
            foreach (var (status, answer) in operation.Responses ?? [])
            {
                if (status.StartsWith('2')) Complete(answer.Content);
            }
        }
    }

    private static void Complete(IDictionary<string, OpenApiMediaType>? content)
    {
        foreach (var (type, media) in content ?? new Dictionary<string, OpenApiMediaType>())
        {
            var isJson = type.EndsWith("json", StringComparison.Ordinal);
            if (isJson && media is { Example: null, Examples: null, Schema: { } schema }) media.Example = Of(schema, "", 0);
        }
    }

    /// <param name="schema">What the value has to be.</param>
    /// <param name="name">The member's or parameter's name, which says what it means.</param>
    /// <param name="depth">How many values it is in.</param>
    internal static JsonNode? Of(IOpenApiSchema schema, string name, int depth)
    {
        if (schema.Default is { } usual) return usual.DeepClone();
        if (schema.Enum is [var first, ..]) return first?.DeepClone();
        foreach (var choice in (schema.OneOf ?? []).Concat(schema.AnyOf ?? []))
        {
            if (choice.Type is not JsonSchemaType.Null) return Of(choice, name, depth);
        }

        var type = schema.Type ?? (schema.Properties?.Count > 0 || schema.AllOf?.Count > 0 ? JsonSchemaType.Object : JsonSchemaType.String);
        if (type.HasFlag(JsonSchemaType.Object)) return ObjectOf(schema, name, depth);
        if (type.HasFlag(JsonSchemaType.Array)) return depth >= MaxDepth || schema.Items is null ? new JsonArray() : new JsonArray(Of(schema.Items, Singular(name), depth + 1));
        if (type.HasFlag(JsonSchemaType.String)) return TextOf(schema, name);
        if (type.HasFlag(JsonSchemaType.Integer)) return (long)Within(schema, ExampleValues.Integer(name));
        if (type.HasFlag(JsonSchemaType.Number)) return Within(schema, ExampleValues.Number(name));
        return type.HasFlag(JsonSchemaType.Boolean) ? name is not "isFallback" : null;
    }

    private static JsonObject ObjectOf(IOpenApiSchema schema, string name, int depth)
    {
        var made = new JsonObject();
        foreach (var part in schema.AllOf ?? [])
        {
            foreach (var (member, value) in ObjectOf(part, name, depth)) made[member] = value?.DeepClone();
        }

        foreach (var (member, inner) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
        {
            if (depth < MaxDepth || schema.Required?.Contains(member) is true) made[member] = Of(inner, member, depth + 1);
        }

        // Texts by language are the maps of this platform.
        if (made.Count == 0 && schema.AdditionalProperties is { } values && depth < MaxDepth) made["de"] = Of(values, name, depth + 1);
        return made;
    }

    private static string TextOf(IOpenApiSchema schema, string name)
    {
        var text = ExampleValues.Text(name, schema.Format);
        if (schema.MinLength is { } least && text.Length < least) text = text.PadRight(least, 'a');
        return schema.MaxLength is { } most && text.Length > most ? text[..most] : text;
    }

    private static double Within(IOpenApiSchema schema, double value)
    {
        if (Bound(schema.Minimum) is { } least && value < least) value = least;
        return Bound(schema.Maximum) is { } most && value > most ? most : value;
    }

    private static double? Bound(string? text) => double.TryParse(text, CultureInfo.InvariantCulture, out var bound) ? bound : null;

    private static string Singular(string name) => name switch
    {
        "categories" => "category",
        "data" => "",
        _ when name.EndsWith("ies", StringComparison.Ordinal) => name[..^3] + "y",
        _ when name.EndsWith('s') => name[..^1],
        _ => name,
    };
}
