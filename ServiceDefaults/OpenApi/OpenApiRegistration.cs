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
            options.AddOperationTransformer(OperationConventions.ApplyAsync);
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
}
