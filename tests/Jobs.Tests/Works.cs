using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wir.Messaging;
using Wir.ServiceDefaults.Tokens;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Jobs.Tests;

/// <summary>A service with jobs on a database of its own.</summary>
public sealed class Works : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly TokenIssuer _issuer = TokenIssuer.Create();
    private readonly List<WebApplication> _running = [];

    // Failing on purpose is not worth a page of log per test.
    private static readonly (string Key, string Value) s_quiet = ("Logging:LogLevel:Default", "None");

    private Works(TestDatabase database)
    {
        _database = database;
        Source = NpgsqlDataSource.Create(database.ConnectionString);
        Settings = new()
        {
            ["ConnectionStrings:workdb"] = database.ConnectionString,
            ["Wir:Tokens:Jwks"] = _issuer.Jwks(),
            ["Wir:Jobs:Lease"] = "00:00:02",
            ["Wir:Jobs:PollInterval"] = "00:00:00.2",
            ["Wir:Jobs:FirstRetry"] = "00:00:00.1",
            ["Wir:Jobs:StopTimeout"] = "00:00:00.5",
        };
    }

    public Dictionary<string, string?> Settings { get; }

    public NpgsqlDataSource Source { get; }

    public static async Task<Works> CreateAsync()
    {
        var works = new Works(await TestDatabase.CreateAsync("work", async connection =>
        {
            var settings = new Dictionary<string, string?> { ["ConnectionStrings:workdb"] = connection };
            Assert.Equal(0, await ToyApps.BuildWork([], settings).RunServiceAsync<WorkDb>(["migrate"]));
        }));
        return works;
    }

    /// <summary>An instance in this process.</summary>
    public async Task<WebApplication> StartAsync(params (string Key, string Value)[] settings)
    {
        var app = ToyApps.BuildWork([], With([s_quiet, .. settings]));
        _running.Add(app);
        await app.StartAsync();
        return app;
    }

    /// <summary>An instance in a process of its own.</summary>
    public ServiceProcess StartProcess() => ServiceProcess.Start("ToyService", Settings, "work");

    public Dictionary<string, string?> With(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(Settings);
        foreach (var (key, value) in settings) all[key] = value;
        return all;
    }

    /// <summary>Enqueues as a use case does, without an instance that works.</summary>
    public async Task<Guid> EnqueueAsync(string kind, object payload, DateTimeOffset? runAt = null, string? key = null)
    {
        await using var app = ToyApps.BuildWork([], Settings);
        await using var scope = app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<WorkDb>();
        var id = db.Enqueue(kind, payload, runAt, key);
        await db.SaveChangesAsync();
        return id;
    }

    public Task OpenGateAsync(long step) => ExecuteAsync($"update work.gate set step = {step}");

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public Task UntilAsync(Guid job, string state) => Eventually.TrueAsync(
        async () => await ScalarAsync<string>($"select state from work.job where id = '{job}'") == state, $"job {job} is {state}");

    /// <summary>A client that may do what these scopes allow.</summary>
    public HttpClient Client(WebApplication app, params string[] scopes)
    {
        var client = new HttpClient { BaseAddress = new Uri(app.Urls.First() + "/api/work/v1/") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", _issuer.Issue("operator", scopes, [], DateTimeOffset.UtcNow));
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _running) await app.DisposeAsync();
        await Source.DisposeAsync();
        await _database.DisposeAsync();
        _issuer.Dispose();
    }
}
