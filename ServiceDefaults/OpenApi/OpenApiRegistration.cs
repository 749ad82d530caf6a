using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Wir.ServiceDefaults.Hosting;

namespace Wir.ServiceDefaults.OpenApi;

internal static class OpenApiRegistration
{
    public const string DocumentName = "v1";

    /// <summary>The API's own description, at <c>/openapi/v1.json</c>; the gateway shows it to the outside.</summary>
    public static void AddOpenApiDocument(this IServiceCollection services, ServiceInfo info) =>
        services.AddOpenApi(DocumentName, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddDocumentTransformer((document, _, _) =>
            {
                Describe(document, info);
                return Task.CompletedTask;
            });
            options.AddSchemaTransformer((schema, context, _) =>
            {
                ListValues(schema, context.JsonPropertyInfo);
                TellInstants(schema, context.JsonTypeInfo.Type);
                // Classes of Unicode are no part of the expressions that readers of JSON Schema know without being told.
                if (schema.Pattern?.Contains(@"\p{", StringComparison.Ordinal) is true) schema.Pattern = null;
                return Task.CompletedTask;
            });
            options.AddOperationTransformer(OperationConventions.ApplyAsync);
            // Last, when every operation has all of its parameters and bodies.
            options.AddDocumentTransformer((document, _, _) =>
            {
                Loosen(document);
                Examples.Complete(document);
                return Task.CompletedTask;
            });
        });

    private static void Describe(OpenApiDocument document, ServiceInfo info)
    {
        document.Info = new OpenApiInfo
        {
            Title = $"WIR {info.Name}",
            Version = info.Version,
            Description = "Part of WIR, the digital backbone of a district's integration work. Errors are RFC 9457 problems.",
            License = new OpenApiLicense { Name = "EUPL-1.2", Url = new("https://joinup.ec.europa.eu/collection/eupl/eupl-text-eupl-12") },
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[OperationConventions.ApiKeyScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-Api-Key",
            Description = "An API key, wir_<id>_<secret>. Without one a request is anonymous.",
        };
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[OperationConventions.ProblemSchema] = OperationConventions.Problem();
    }

    /// <summary>The framework cannot know what <see cref="Json.UtcInstant"/> writes.</summary>
    private static void TellInstants(OpenApiSchema schema, Type type)
    {
        var nullable = Nullable.GetUnderlyingType(type);
        if ((nullable ?? type) != typeof(DateTimeOffset)) return;
        schema.Type = nullable is null ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
        schema.Format = "date-time";
    }

    /// <summary>The framework leaves out what <see cref="AllowedValuesAttribute"/> says.</summary>
    private static void ListValues(OpenApiSchema schema, JsonPropertyInfo? member)
    {
        var attribute = new[] { member?.AttributeProvider, member?.AssociatedParameter?.AttributeProvider }
            .SelectMany(provider => provider?.GetCustomAttributes(typeof(AllowedValuesAttribute), inherit: true) ?? []).OfType<AllowedValuesAttribute>().FirstOrDefault();
        if (attribute is not null) schema.Enum = [.. attribute.Values.OrderBy(value => value is null).Select(value => value is null ? JsonNullSentinel.JsonNull : JsonValue.Create(value.ToString()!))];
    }

    /// <summary>A merge patch has the members of the whole, and none has to be there.</summary>
    private static void Loosen(OpenApiDocument document)
    {
        var patches = document.Paths.Values.SelectMany(path => path.Operations ?? []).Where(operation => operation.Key == HttpMethod.Patch);
        foreach (var media in patches.SelectMany(patch => patch.Value.RequestBody?.Content?.Values ?? []))
        {
            if (media.Schema?.Properties is not { } properties) continue;
            media.Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "JSON Merge Patch (RFC 7396): what is named is replaced, null removes, lists are replaced whole.",
                Properties = properties,
            };
        }
    }
}
