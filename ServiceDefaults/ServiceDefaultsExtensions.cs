using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Hosting;
using Wir.ServiceDefaults.Http;
using Wir.ServiceDefaults.Json;
using Wir.ServiceDefaults.OpenApi;
using Wir.ServiceDefaults.Telemetry;
using Wir.ServiceDefaults.Tokens;

namespace Wir.ServiceDefaults;

/// <summary>What every program of the platform has in common. <c>Program.cs</c>: add, build, use, map, run.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Registers telemetry, health, errors, JSON, languages, tokens, service discovery, the area register, the OpenAPI
    /// document, compression and limits.
    /// </summary>
    /// <param name="builder">The program's builder.</param>
    /// <param name="service">Name of the resource, lower-case letters only, for example <c>registry</c>.</param>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string service)
    {
        var info = ServiceInfo.Of(service);
        builder.Services.AddSingleton(info);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddTelemetry(info);
        builder.AddKestrelLimits();
        builder.AddInternalListener();
        builder.Services.AddHealthChecks().AddCheck("process", () => HealthCheckResult.Healthy());
        builder.Services.AddJsonDefaults();
        builder.Services.AddResponseLanguages();
        builder.Services.AddServiceTokens();
        builder.Services.AddHttpClientDefaults();
        builder.Services.AddAreas(builder.Configuration);
        builder.Services.AddOpenApiDocument(info);
        builder.Services.AddCompressionDefaults();
        var heavyWork = builder.Configuration.GetSection(HeavyWorkOptions.Section);
        builder.Services.AddOptions<HeavyWorkOptions>().Bind(heavyWork);
        builder.Services.AddSingleton<HeavyWork>();
        builder.Services.AddSingleton<LongAnswers>();
        builder.Services.AddSingleton<ServiceApis>();
        builder.Services.AddHostedService<AccessCheck>();
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.Configure<RouteOptions>(options => options.LowercaseUrls = true);
        return builder;
    }

    /// <summary>The request pipeline up to the endpoints, and the health endpoints. Call it before anything is mapped.</summary>
    /// <param name="app">The program.</param>
    /// <param name="edge">Middleware that has to run before routing and authentication; only the gateway has any.</param>
    /// <param name="compress">False where what is answered was compressed by somebody else.</param>
    public static WebApplication UseServiceDefaults(this WebApplication app, Action<IApplicationBuilder>? edge = null, bool compress = true)
    {
        app.UseInternalListener();
        app.UseRequestLocalization();
        app.UseMiddleware<ErrorMiddleware>();
        edge?.Invoke(app);
        if (compress) app.UseResponseCompression();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<QueryCheck>();
        app.MapHealth();
        app.MapOpenApi().AllowAnonymous();
        return app;
    }

    /// <summary>The JSON of our own APIs: camelCase, strict in, plain out.</summary>
    public static void ConfigureJson(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = JsonLimits.MaxDepth;
        options.AllowDuplicateProperties = false;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        options.Converters.Add(new UtcInstant());
        // The answers are application/json with nosniff, never part of a page; escaping every umlaut and every Arabic letter would treble them.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    }

    private static void AddJsonDefaults(this IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(options => ConfigureJson(options.SerializerOptions));

    /// <summary>Only texts follow <c>Accept-Language</c>; numbers and dates keep the invariant form everywhere.</summary>
    private static void AddResponseLanguages(this IServiceCollection services) =>
        services.Configure<RequestLocalizationOptions>(options =>
        {
            options.DefaultRequestCulture = new RequestCulture("", "de");
            options.SupportedCultures = [System.Globalization.CultureInfo.InvariantCulture];
            options.SupportedUICultures = [new("de"), new("en")];
            options.RequestCultureProviders = [new AcceptLanguageHeaderRequestCultureProvider()];
        });

    private static void AddCompressionDefaults(this IServiceCollection services)
    {
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes =
            [
                .. ResponseCompressionDefaults.MimeTypes,
                "application/problem+json", "application/geo+json", "application/x-ndjson", "application/vnd.json-stat+json",
                "image/svg+xml", "text/calendar", "text/csv",
            ];
        });
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = System.IO.Compression.CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = System.IO.Compression.CompressionLevel.Fastest);
    }
}
