using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Wir.ServiceDefaults;
using Wir.ServiceDefaults.Access;

namespace Wir.Gateway.Tests;

/// <summary>A service on a port of its own: the real pipeline, which checks tokens against the gateway's JWKS, and routes that tell what arrived.</summary>
public sealed class Upstream(string name) : IAsyncDisposable
{
    private WebApplication? _app;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;
    private int _open;

    public Uri Address { get; private set; } = null!;

    /// <summary>Requests that reached the telling routes.</summary>
    public int Calls => _calls;

    /// <summary>Requests that wait at the slow route until <see cref="Release"/>.</summary>
    public int Open => _open;

    public void Release() => _released.TrySetResult();

    public async Task StartAsync(Uri gateway)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = Address?.ToString() ?? "http://127.0.0.1:0",
            ["Services:gateway:http:0"] = gateway.ToString(),
        });
        builder.AddServiceDefaults(name);
        var app = builder.Build();
        app.UseServiceDefaults();
        // A row of the platform's table with a scope.
        app.MapServiceApi("/api/registry/v1").MapGet("/internal/events", (Caller caller) => new { caller.Subject, Scopes = caller.Scopes.Order(), caller.Areas });
        app.Map("/{**rest}", (HttpContext context) =>
        {
            Interlocked.Increment(ref _calls);
            return new
            {
                Service = name,
                context.Request.Method,
                Path = context.Request.Path.Value,
                Query = context.Request.QueryString.Value,
                Headers = context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()),
            };
        });
        app.MapPost("/api/registry/v1/body", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            return new { body.Length };
        });
        app.MapGet("/api/registry/v1/slow", async () =>
        {
            Interlocked.Increment(ref _open);
            await _released.Task;
        });
        app.MapPost("/api/registry/v1/refuse", () => Results.Problem(statusCode: 422, detail: "not read"));
        app.MapGet("/hsds/break-off", async (HttpContext context) =>
        {
            context.Response.ContentLength = 10_000_000;
            await context.Response.WriteAsync(new string('a', 1_000_000));
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        app.MapMethods("/api/registry/v1/own-failure", ["GET"], () => Results.Problem(statusCode: 503, detail: "own words"));
        await app.StartAsync();
        Address = new(app.Urls.First());
        _app = app;
    }

    public async Task StopAsync()
    {
        if (_app is null) return;
        await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
