using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;

namespace Wir.ServiceDefaults.OpenApi;

/// <summary>What follows for every operation from the conventions: who may call it, and how it fails.</summary>
internal static class OperationConventions
{
    public const string ApiKeyScheme = "apiKey";
    public const string ProblemSchema = "Problem";

    public static Task ApplyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var rule = metadata.OfType<AccessRule>().FirstOrDefault();
        operation.Responses ??= [];
        operation.Responses.TryAdd("default", new OpenApiResponse
        {
            Description = "A problem (RFC 9457).",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(ProblemSchema, context.Document) },
            },
        });
        if (rule is not null)
        {
            // Both ways for what is public: with a key, and without.
            var withKey = new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKeyScheme, context.Document)] = [] };
            operation.Security = rule.Scopes.Count == 0 ? [withKey, []] : [withKey];
            operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
            operation.Extensions["x-wir-scopes"] = new JsonNodeExtension(new JsonArray([.. rule.Scopes.Select(scope => (JsonNode)scope)]));
            if (rule.ByArea) operation.Extensions["x-wir-by-area"] = new JsonNodeExtension(true);
            if (rule.FourEyes) operation.Extensions["x-wir-four-eyes"] = new JsonNodeExtension(true);
            operation.Description ??= Describe(rule);
        }

        if (metadata.OfType<IdempotencyMetadata>().Any())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = IdempotencyMetadata.Header,
                In = ParameterLocation.Header,
                Description = "Makes a repetition harmless: within 24 hours the same key with the same body gives the first answer again. Best a UUID.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 8, MaxLength = 128 },
            });
        }

        // A route for both methods is two operations, which need two names.
        if (context.Description.HttpMethod == "HEAD") operation.OperationId += "Head";

        if (IfMatch.IsDemanded(context.Description.HttpMethod, context.Description.RelativePath, metadata))
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = "If-Match",
                In = ParameterLocation.Header,
                Description = "The ETag of what was read last. Without it 428, with an older one 412; what is made anew takes If-None-Match: * instead where it can be.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        if (ExampleBodies.Of(operation.OperationId) is { } example)
        {
            foreach (var (type, body) in operation.RequestBody?.Content ?? new Dictionary<string, OpenApiMediaType>())
            {
                if (example is not JsonValue || !type.EndsWith("json", StringComparison.Ordinal)) body.Example = example.DeepClone();
            }
        }

        foreach (var parameter in metadata.OfType<QueryParameters>().SelectMany(parameters => parameters.Known))
        {
            operation.Parameters ??= [];
            if (operation.Parameters.Any(known => string.Equals(known.Name, parameter.Name, StringComparison.OrdinalIgnoreCase))) continue;
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = parameter.Name, In = ParameterLocation.Query, Description = ParameterTexts.Of(parameter.Name), Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            // Members of a record of parameters would be called as in code.
            if (parameter is { In: ParameterLocation.Query, Name: { } name }) parameter.Name = JsonNamingPolicy.CamelCase.ConvertName(name);
            if (string.IsNullOrEmpty(parameter.Description)) parameter.Description = ParameterTexts.Of(parameter.Name ?? "");
        }

        return Task.CompletedTask;
    }

    private static string Describe(AccessRule rule)
    {
        if (rule.Scopes.Count == 0) return "Public: no key is needed.";
        var scopes = rule.Scopes.Count == 1 ? $"Needs the scope {rule.Scopes[0]}" : $"Needs one of the scopes {string.Join(", ", rule.Scopes)}";
        var everywhere = string.Join(", ", rule.Scopes.Intersect(Scopes.OfThePlatform));
        var areas = rule.ByArea ? ", for the area concerned or one above it" : "";
        if (rule.ByArea && everywhere.Length > 0) areas += $"; {everywhere} counts for all areas";
        return scopes + areas + (rule.FourEyes ? ". Nobody decides about their own." : ".");
    }

    public static OpenApiSchema Problem() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "An error (RFC 9457).",
        Required = new HashSet<string> { "type", "title", "status", "code" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("Address of the page that explains the code."),
            ["title"] = Text("Fixed per code, in German or English."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "HTTP status." },
            ["detail"] = Text("What is wrong in this case."),
            ["code"] = Text("For example WIR-COM-0003; codes never change their meaning."),
            ["traceId"] = Text("For enquiries."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Description = "Every fault of the stage that failed.",
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["pointer"] = Text("JSON Pointer into the body, ?name for a query parameter, or the name of a header."),
                        ["code"] = Text("Code of the fault."),
                        ["detail"] = Text("What is wrong and what is allowed."),
                    },
                },
            },
        },
    };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
