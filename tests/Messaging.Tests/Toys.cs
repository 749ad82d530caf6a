using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wir.ServiceDefaults.Tokens;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Messaging.Tests;

/// <summary>A publishing and a listening service on databases and a virtual host of their own; a fixture of a test class.</summary>
public sealed class Toys : IAsyncLifetime
{
    private TestDatabase? _toyDatabase;
    private TestDatabase? _copyDatabase;
    private TestVirtualHost? _broker;
    private readonly List<WebApplication> _running = [];
    private readonly TokenIssuer _issuer = TokenIssuer.Create();

    public Dictionary<string, string?> Settings { get; } = new()
    {
        ["Toy:Journal"] = "true",
        // Failing on purpose is not worth a page of log per test.
        ["Logging:LogLevel:Default"] = "None",
        ["Wir:Messaging:GaugeInterval"] = "00:00:00.2",
        ["Wir:Messaging:AttemptDelay"] = "00:00:00.1",
        ["Wir:Messaging:ImmediateDelay"] = "00:00:00.01",
        ["Wir:Messaging:RetryDelays:0"] = "00:00:00.2",
        ["Wir:Messaging:RetryDelays:1"] = "00:00:00.2",
        ["Wir:Messaging:RetryDelays:2"] = "00:00:00.2",
    };

    public TestVirtualHost Broker => _broker!;

    public NpgsqlDataSource ToySource { get; private set; } = null!;

    public NpgsqlDataSource CopySource { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _toyDatabase = await TestDatabase.CreateAsync();
        _copyDatabase = await TestDatabase.CreateAsync();
        _broker = await TestVirtualHost.CreateAsync();
        Settings["ConnectionStrings:toydb"] = _toyDatabase.ConnectionString;
        Settings["ConnectionStrings:copydb"] = _copyDatabase.ConnectionString;
        Settings["ConnectionStrings:rabbitmq"] = _broker.AmqpUri;
        Settings["Wir:BrokerManagement"] = (await TestServers.Current.GetRabbitMqAsync()).Management;
        Settings["Wir:Tokens:Jwks"] = _issuer.Jwks();
        ToySource = NpgsqlDataSource.Create(_toyDatabase.ConnectionString);
        CopySource = NpgsqlDataSource.Create(_copyDatabase.ConnectionString);
        Assert.Equal(0, await ToyApps.BuildToy([], Settings).RunServiceAsync<ToyDb>(["migrate"]));
        Assert.Equal(0, await ToyApps.BuildCopy([], Settings).RunServiceAsync<CopyDb>(["migrate"]));
    }

    /// <summary>Starts the publishing service.</summary>
    public Task<WebApplication> StartToyAsync(params (string Key, string Value)[] settings) => StartAsync(ToyApps.BuildToy([], With(settings)));

    /// <summary>Starts the listening service.</summary>
    public Task<WebApplication> StartCopyAsync(params (string Key, string Value)[] settings) => StartAsync(ToyApps.BuildCopy([], With(settings)));

    /// <summary>A publishing service whose relay is not running: for what happens until commit.</summary>
    public WebApplication BuildToy() => ToyApps.BuildToy([], Settings);

    /// <summary>A client of a running service that may do what these scopes allow; paths as <c>internal/messaging</c>.</summary>
    public HttpClient Client(WebApplication app, string service, params string[] scopes) => Client(app, service, scopes, []);

    public HttpClient Client(WebApplication app, string service, string[] scopes, string[] areas)
    {
        var client = new HttpClient { BaseAddress = new Uri($"{app.Urls.First()}/api/{service}/v1/") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", _issuer.Issue("operator", scopes, areas, DateTimeOffset.UtcNow));
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        return client;
    }

    public Dictionary<string, string?> With(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(Settings);
        foreach (var (key, value) in settings) all[key] = value;
        return all;
    }

    public static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<T?> ScalarAsync<T>(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _running) await app.DisposeAsync();
        await ToySource.DisposeAsync();
        await CopySource.DisposeAsync();
        _issuer.Dispose();
        if (_broker is not null) await _broker.DisposeAsync();
        if (_toyDatabase is not null) await _toyDatabase.DisposeAsync();
        if (_copyDatabase is not null) await _copyDatabase.DisposeAsync();
    }

    /// <summary>Changes a thing, with its event, as a use case does.</summary>
    public static async Task ChangeAsync(WebApplication toy, Guid thingId, string text, bool note = false)
    {
        await using var scope = toy.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ToyDb>();
        var thing = await db.Things.FindAsync(thingId);
        if (thing is null) db.Things.Add(thing = new Thing { Id = thingId, Version = 0, Text = text });
        thing.Version++;
        thing.Text = text;
        db.Emit(new ThingChanged { ThingId = thingId, Version = thing.Version, Text = text });
        if (note) db.Emit(new ThingNoted { ThingId = thingId });
        await db.SaveChangesAsync();
    }

    private async Task<WebApplication> StartAsync(WebApplication app)
    {
        _running.Add(app);
        await app.StartAsync();
        return app;
    }
}
