using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;
using Wir.ServiceDefaults.Tokens;

namespace Wir.ServiceDefaults.Tests;

/// <summary>A small service under the real pipeline on a real port.</summary>
public sealed class SampleApi : IAsyncDisposable
{
    public const string Prefix = "/api/sample/v1";

    private readonly WebApplication _app;

    private SampleApi(WebApplication app, TokenIssuer issuer) => (_app, Issuer) = (app, issuer);

    public TokenIssuer Issuer { get; }

    public HttpClient Client { get; private set; } = null!;

    public static async Task<SampleApi> StartAsync(
        Action<WebApplication, RouteGroupBuilder>? map = null, Action<WebApplicationBuilder>? configure = null, params (string Key, string? Value)[] settings)
    {
        var issuer = TokenIssuer.Create();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Wir:Tokens:Jwks"] = issuer.Jwks(),
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));
        builder.AddServiceDefaults("sample");
        builder.Services.AddSingleton(new ServiceApis { Rules = Rules });
        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseServiceDefaults();
        var group = app.MapServiceApi(Prefix);
        map?.Invoke(app, group);
        MapSamples(group);
        var api = new SampleApi(app, issuer);
        await app.StartAsync();
        api.Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        api.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", api.Token());
        api.Client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        return api;
    }

    public string Token(string subject = TokenClaims.Anonymous, string[]? scopes = null, string[]? areas = null) =>
        Issuer.Issue(subject, scopes ?? [], areas ?? [], DateTimeOffset.UtcNow);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, Prefix + path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type") request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            else if (name == "Authorization") request.Headers.Authorization = AuthenticationHeaderValue.Parse(value);
            else request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Answer.OfAsync(await Client.SendAsync(request));
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PostAsync(string json, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, "/things", json, headers);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        Issuer.Dispose();
    }

    private static AccessRule[] Rules =>
    [
        new("GET", $"{Prefix}/things"), new("POST", $"{Prefix}/things"), new("GET", $"{Prefix}/things/{{id}}"), new("PUT", $"{Prefix}/things/{{id}}"),
        new("PATCH", $"{Prefix}/things/{{id}}"), new("GET", $"{Prefix}/secrets", Scopes.ReadInternal, Scopes.PlatformAdmin), new("GET", $"{Prefix}/bug"), new("GET", $"{Prefix}/caller"),
        new("GET", $"{Prefix}/foreign"),
    ];

    private static void MapSamples(RouteGroupBuilder group)
    {
        group.MapGet("/things", ListThings).WithName("ListThings");
        group.MapPost("/things", (JsonBody<Thing> body) => TypedResults.Ok(body.Value));
        group.MapGet("/things/{id:guid}", (Guid id) => Reads.Ok(new { id }, 4, DateTimeOffset.UnixEpoch.AddDays(20000), "de"));
        group.MapPut("/things/{id:guid}", Results<NoContent, ProblemHttpResult> (HttpContext context, Guid id) => IfMatch.Require(context, 4) is { } problem ? problem.ToResult() : TypedResults.NoContent());
        group.MapPatch("/things/{id:guid}", (Guid id, MergePatch<Thing> patch) => TypedResults.Ok(patch.Apply(new Thing("Chor", 3, Kind.OpenGroup, "note", [new Part { Label = "a" }], new Dictionary<string, Part> { ["de"] = new() { Label = "x" } }))));
        group.MapGet("/secrets", () => TypedResults.Ok("secret"));
        group.MapGet("/bug", string () => throw new InvalidOperationException("the password is hunter2"));
        group.MapGet("/caller", (Caller caller) => new { caller.Subject, caller.Areas, Korbach = caller.Covers("06635015") });
        group.MapGet("/foreign", () => TypedResults.Ok("as it likes")).AllowUnknownQuery();
    }

    private static ReadResult<ListOf<int>> ListThings(HttpContext context, [AsParameters] Paging paging, string? area, bool? open, DateOnly? from)
    {
        var take = paging.Take();
        var after = paging.After<Position>(context)?.Value ?? 0;
        var (data, links) = Paging.Cut(context, [.. Enumerable.Range(after + 1, 50).Where(number => number <= 50).Take(take + 1)], take, last => new Position(last));
        return Reads.Ok(new ListOf<int>(data, links, new ListMeta()));
    }

    private sealed record Position(int Value);
}

public enum Kind
{
    OpenGroup,
    RegisteredAssociation,
}

public sealed record Thing(
    [MaxLength(10)] string Name,
    [property: Range(1, 5)] int Stars,
    Kind Kind,
    string? Note = null,
    IReadOnlyList<Part>? Parts = null,
    IReadOnlyDictionary<string, Part>? ByLanguage = null,
    DateTimeOffset? At = null);

public sealed record Part
{
    public required string Label { get; init; }

    [EmailAddress]
    public string? Email { get; init; }

    public string Computed => Label + "!";
}

/// <summary>Status, headers and JSON of an answer.</summary>
public sealed record Answer(HttpStatusCode Status, HttpResponseMessage Message, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string Code => (string)Json["code"]!;

    public IReadOnlyList<string> Faults => [.. Json["errors"]!.AsArray().Select(fault => $"{fault!["pointer"]} {fault["code"]}")];

    public static async Task<Answer> OfAsync(HttpResponseMessage message) => new(message.StatusCode, message, await message.Content.ReadAsStringAsync());
}
