using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wir.Messaging;
using Wir.Monitor.Data;
using Wir.Monitor.Seed;
using Wir.Monitor.Tests;
using Wir.ServiceDefaults.Tokens;
using Wir.TestKit;
using Xunit;

[assembly: AssemblyFixture(typeof(MonitorService))]

namespace Wir.Monitor.Tests;

/// <summary>The monitor on a database and a virtual host of its own, with its start data, once for all tests of this project.</summary>
public sealed class MonitorService : IAsyncLifetime
{
    private readonly Lazy<Task<Running>> _running = new(() => StartAsync());

    /// <summary>Started by the first test that needs it: tests without input and output must not wait for servers.</summary>
    public Task<Running> Value => _running.Value;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_running.IsValueCreated) await (await _running.Value).DisposeAsync();
    }

    public static string Seed { get; } = Path.Combine(FindRoot(AppContext.BaseDirectory), "seed");

    private static string FindRoot(string directory)
    {
        while (!File.Exists(Path.Combine(directory, "Wir.sln"))) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }

    /// <summary>Another one, for tests that need a journal or a configuration of their own.</summary>
    public static async Task<Running> StartAsync(params (string Key, string Value)[] more)
    {
        var database = await TestDatabase.CreateAsync();
        var broker = await TestVirtualHost.CreateAsync();
        var issuer = TokenIssuer.Create();
        var settings = new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Wir:Tokens:Jwks"] = issuer.Jwks(),
            ["Wir:Seed"] = Seed,
            ["Wir:Areas"] = Path.Combine(Seed, "areas"),
            ["ConnectionStrings:monitordb"] = database.ConnectionString,
            ["ConnectionStrings:rabbitmq"] = broker.AmqpUri,
        };
        foreach (var (key, value) in more) settings[key] = value;
        Assert.Equal(0, await Build(settings).RunServiceAsync<MonitorDb>(["migrate"], MonitorSeed.LoadAsync));
        var app = Build(settings);
        await app.StartAsync();
        return new Running(app, database, broker, issuer, settings);
    }

    public static WebApplication Build(IReadOnlyDictionary<string, string?> settings) => MonitorApp.Build([], builder =>
    {
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
    });
}

/// <summary>A running monitor with everything a test needs to talk to it.</summary>
public sealed class Running(WebApplication app, TestDatabase database, TestVirtualHost broker, TokenIssuer issuer, Dictionary<string, string?> settings) : IAsyncDisposable
{
    public const string Prefix = "/api/monitor/v1";

    private readonly SocketsHttpHandler _handler = new() { MaxConnectionsPerServer = 64 };

    public WebApplication App => app;

    public IReadOnlyDictionary<string, string?> Settings => settings;

    public TestVirtualHost Broker => broker;

    public NpgsqlDataSource Source { get; } = NpgsqlDataSource.Create(database.ConnectionString);

    public Caller Anonymous => As("anonymous", [], []);

    public Caller District(string subject = "client:district", string area = "06635") =>
        As(subject, ["monitor:write", "monitor:approve", "read:internal"], [area]);

    public Caller Korbach => As("client:korbach", ["monitor:write", "read:internal"], ["06635015"]);

    public Caller Reader => As("client:reader", ["read:internal"], ["06635"]);

    /// <summary>The district's editor at another process of the same service.</summary>
    public Caller At(Uri address)
    {
        var caller = District();
        caller.Client.BaseAddress = address;
        return caller;
    }

    public Caller As(string subject, string[] scopes, string[] areas) => new(new HttpClient(_handler, disposeHandler: false)
    {
        BaseAddress = new Uri(app.Urls.First()),
        Timeout = TimeSpan.FromMinutes(2),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", issuer.Issue(subject, scopes, areas, DateTimeOffset.UtcNow, TimeSpan.FromHours(1))) },
    });

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await Source.DisposeAsync();
        await broker.DisposeAsync();
        await database.DisposeAsync();
        _handler.Dispose();
        issuer.Dispose();
    }
}

/// <summary>Somebody with a token.</summary>
public sealed class Caller(HttpClient client)
{
    public HttpClient Client => client;

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PutAsync(string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, new StringContent(json, Encoding.UTF8, "application/json"), headers);

    public Task<Answer> PostAsync(string path, HttpContent? content, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, path, content, headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') && path.StartsWith("/api", StringComparison.Ordinal) ? path : Running.Prefix + path) { Content = content };
        request.Headers.AcceptLanguage.ParseAdd("en");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var response = await client.SendAsync(request);
        return new Answer(response.StatusCode, response, await response.Content.ReadAsByteArrayAsync());
    }
}

public sealed record Answer(HttpStatusCode Status, HttpResponseMessage Message, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonNode Json => JsonNode.Parse(Bytes)!;

    public string Code => (string)Json["code"]!;

    public string? ETag => Message.Headers.ETag?.Tag;

    public IReadOnlyList<string> Pointers => [.. Json["errors"]!.AsArray().Select(fault => (string)fault!["pointer"]!)];

    public Answer Is(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{(int)Status} instead of {(int)status}: {Text[..Math.Min(Text.Length, 600)]}");
        return this;
    }
}
