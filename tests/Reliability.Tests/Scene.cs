using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wir.Messaging;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Tokens;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Reliability.Tests;

/// <summary>The publishing and the listening service with databases and a virtual host of their own, for one test.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private static int s_count;
    private readonly HttpClient _management;
    private readonly TokenIssuer _issuer = TokenIssuer.Create();
    private readonly List<IAsyncDisposable> _running = [];

    private Scene(Servers servers, string name, HttpClient management)
    {
        (Servers, Name, _management) = (servers, name, management);
        Settings = new()
        {
            ["ConnectionStrings:toydb"] = servers.Database.ConnectionString($"toy_{name}"),
            ["ConnectionStrings:copydb"] = servers.Database.ConnectionString($"copy_{name}"),
            ["ConnectionStrings:rabbitmq"] = $"{servers.Broker.AmqpUri}/{name}",
            ["Wir:BrokerManagement"] = servers.Broker.ManagementUri,
            ["Wir:Tokens:Jwks"] = _issuer.Jwks(),
            ["Logging:LogLevel:Default"] = "None",
            ["Wir:Messaging:AttemptDelay"] = "00:00:00.2",
        };
    }

    public Servers Servers { get; }

    /// <summary>Of the virtual host.</summary>
    public string Name { get; }

    public Dictionary<string, string?> Settings { get; }

    public NpgsqlDataSource Toy { get; private set; } = null!;

    public NpgsqlDataSource Copy { get; private set; } = null!;

    public HttpClient Management => _management;

    public static async Task<Scene> CreateAsync(params (string Key, string Value)[] settings)
    {
        var servers = await Servers.GetAsync();
        var address = new Uri(servers.Broker.ManagementUri);
        var management = new HttpClient { BaseAddress = new UriBuilder(address) { UserName = "", Password = "" }.Uri };
        management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(address.UserInfo)));
        var scene = new Scene(servers, $"s{Environment.ProcessId}x{Interlocked.Increment(ref s_count)}", management);
        foreach (var (key, value) in settings) scene.Settings[key] = value;
        (await management.PutAsync($"api/vhosts/{scene.Name}", null)).EnsureSuccessStatusCode();
        scene.Toy = NpgsqlDataSource.Create(scene.Settings["ConnectionStrings:toydb"]!);
        scene.Copy = NpgsqlDataSource.Create(scene.Settings["ConnectionStrings:copydb"]!);
        Assert.Equal(0, await ToyApps.BuildToy([], scene.Settings).RunServiceAsync<ToyDb>(["migrate"]));
        Assert.Equal(0, await ToyApps.BuildCopy([], scene.Settings).RunServiceAsync<CopyDb>(["migrate"]));
        // A sequence is not rolled back, and the trigger also fires for a row that is in the inbox already: every call of the inbox counts.
        await ExecuteAsync(scene.Copy, """
            create sequence copy.delivery;
            create function copy.count_delivery() returns trigger language plpgsql as $$ begin perform nextval('copy.delivery'); return new; end $$;
            create trigger count_delivery before insert on copy.inbox_message for each row execute function copy.count_delivery();
            """);
        return scene;
    }

    public async Task<WebApplication> StartToyAsync(params (string Key, string Value)[] settings) => await StartAsync(ToyApps.BuildToy([], With(settings)));

    public async Task<WebApplication> StartCopyAsync(params (string Key, string Value)[] settings) => await StartAsync(ToyApps.BuildCopy([], With(settings)));

    /// <summary>A service in a process of its own.</summary>
    public ServiceProcess Launch(string role, params (string Key, string Value)[] settings)
    {
        var process = ServiceProcess.Start("ToyService", With(settings), role);
        _running.Add(process);
        return process;
    }

    /// <summary>Makes things, each with its first version and event.</summary>
    public async Task<Guid[]> CreateThingsAsync(int count)
    {
        await using var toy = ToyApps.BuildToy([], Settings);
        var things = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var thing in things) await ChangeAsync(toy, thing, "version 1");
        return things;
    }

    /// <summary>Changes a thing, with its event, as a use case does. Only one writer per thing at a time.</summary>
    public static Task ChangeAsync(WebApplication toy, Guid thingId, string text) => ChangeAsync(toy, [thingId], text);

    /// <summary>Changes several things in one transaction.</summary>
    public static async Task ChangeAsync(WebApplication toy, Guid[] thingIds, string text)
    {
        await using var scope = toy.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ToyDb>();
        foreach (var thingId in thingIds)
        {
            var thing = await db.Things.FindAsync(thingId);
            if (thing is null) db.Things.Add(thing = new Thing { Id = thingId, Version = 0, Text = text });
            thing.Version++;
            thing.Text = text;
            db.Emit(new ThingChanged { ThingId = thingId, Version = thing.Version, Text = text });
        }

        await db.SaveChangesAsync();
    }

    /// <summary>Waits until nothing is pending anywhere, then counts: committed versions against effects.</summary>
    public async Task SettleAsync(Tally tally, TimeSpan? deadline = null, bool acknowledgeCommitted = false)
    {
        var committed = await ReadAsync(Toy, "select id, generate_series(1, version)::bigint from toy.thing");
        if (acknowledgeCommitted) tally.Acknowledged = committed.Count;
        await Eventually.TrueAsync(
            async () => await ScalarAsync<long>(Toy, "select count(*) from toy.outbox_message") == 0
                && await ScalarAsync<long>(Copy, "select count(distinct message_id) from copy.effect") >= committed.Count
                && await ScalarAsync<long>(Copy, "select count(*) from copy.retry_message") == 0,
            $"all {committed.Count} committed changes have their effect", deadline ?? TimeSpan.FromSeconds(180));
        var effects = await ReadAsync(Copy, "select thing_id, sequence from copy.effect");
        tally.Lost += committed.Except(effects).Count();
        tally.Unexpected += effects.Except(committed).Count() + (effects.Count - effects.Distinct().Count());
        tally.Unexpected += await ScalarAsync<long>(Toy, "select count(*) - count(distinct id) from toy.event_log");
        tally.Duplicated += await DeliveriesAsync() - effects.Count;
    }

    /// <summary>How often an event came to the inbox.</summary>
    public Task<long> DeliveriesAsync() => ScalarAsync<long>(Copy, "select case when is_called then last_value else 0 end from copy.delivery");

    /// <summary>An operator's client.</summary>
    public HttpClient Client(WebApplication app, string service)
    {
        var client = new HttpClient { BaseAddress = new Uri($"{app.Urls.First()}/api/{service}/v1/") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", _issuer.Issue("operator", [Scopes.PlatformAdmin, Scopes.ReadEvents], [], DateTimeOffset.UtcNow));
        return client;
    }

    public async Task<JsonElement> QueueAsync(string queue) => await _management.GetFromJsonAsync<JsonElement>($"api/queues/{Name}/{queue}");

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

    public static async Task<List<(Guid Thing, long Number)>> ReadAsync(NpgsqlDataSource source, string sql)
    {
        var rows = new List<(Guid, long)>();
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) rows.Add((reader.GetGuid(0), reader.GetInt64(1)));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in Enumerable.Reverse(_running)) await running.DisposeAsync();
        await Toy.DisposeAsync();
        await Copy.DisposeAsync();
        (await _management.DeleteAsync($"api/vhosts/{Name}")).Dispose();
        _management.Dispose();
        _issuer.Dispose();
    }

    private Dictionary<string, string?> With((string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(Settings);
        foreach (var (key, value) in settings) all[key] = value;
        return all;
    }

    private async Task<WebApplication> StartAsync(WebApplication app)
    {
        _running.Add(app);
        await app.StartAsync();
        return app;
    }
}
