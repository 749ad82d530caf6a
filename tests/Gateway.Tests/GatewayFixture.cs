using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Wir.Gateway.Clients;
using Wir.Gateway.Data;
using Wir.Messaging;
using Wir.TestKit;
using Xunit;

namespace Wir.Gateway.Tests;

/// <summary>The gateway on its own database and virtual host, with services behind it that tell what they got.</summary>
public class GatewayFixture : IAsyncLifetime
{
    private readonly List<WebApplication> _gateways = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("wir-gateway-").FullName;
    private TestDatabase? _database;
    private TestVirtualHost? _broker;

    public Dictionary<string, string?> Settings { get; } = [];

    public Upstream Registry { get; } = new("registry");

    public Upstream Portal { get; } = new("portal");

    public ClockAhead Clock { get; } = new();

    public Uri Address { get; private set; } = null!;

    /// <summary>The first gateway's port for operators.</summary>
    public Uri Operators { get; } = new($"http://127.0.0.1:{FreePort()}");

    public HttpClient Client { get; private set; } = null!;

    public WebApplication Gateway => _gateways[0];

    public string KeysFile => Path.Combine(_directory, "keys.json");

    public JsonObject Keys { get; private set; } = null!;

    public string ApiKeyOf(string name) => (string)Keys[name]!["key"]!;

    public virtual async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _broker = await TestVirtualHost.CreateAsync();
        Address = new($"http://127.0.0.1:{FreePort()}");
        await Registry.StartAsync(Address);
        await Portal.StartAsync(Address);
        Settings["ConnectionStrings:gatewaydb"] = _database.ConnectionString;
        Settings["ConnectionStrings:rabbitmq"] = _broker.AmqpUri;
        Settings["Services:registry:http:0"] = Registry.Address.ToString();
        Settings["Services:portal:http:0"] = Portal.Address.ToString();
        // Nobody listens there.
        Settings["Services:monitor:http:0"] = $"http://127.0.0.1:{FreePort()}";
        Assert.Equal(0, await MigrateAsync());
        Keys = JsonNode.Parse(await File.ReadAllTextAsync(KeysFile))!.AsObject();
        await StartAsync(Address, builder => builder.Configuration["urls"] = $"{Address};{Operators}", "--Wir:InternalPort", $"{Operators.Port}");
        Client = NewClient(Address);
    }

    public async Task<int> MigrateAsync() => await GatewayApp.Build([], builder => builder.Configuration.AddInMemoryCollection(
        new Dictionary<string, string?>(Settings) { ["Wir:Seed"] = _directory, ["Wir:KeysFile"] = KeysFile }))
        .RunServiceAsync<GatewayDb>(["migrate"], DevelopmentKeys.SeedAsync, seedsEachTime: true);

    /// <summary>An instance of the gateway on the fixture's database.</summary>
    public async Task<WebApplication> StartAsync(Uri address, Action<WebApplicationBuilder>? configure = null, params string[] args)
    {
        var gateway = GatewayApp.Build(args, builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(Settings) { ["urls"] = address.ToString() });
            builder.Services.AddSingleton<TimeProvider>(Clock);
            configure?.Invoke(builder);
        });
        await gateway.StartAsync();
        _gateways.Add(gateway);
        return gateway;
    }

    /// <summary>Another instance takes over, at which nobody has used anything of a limit.</summary>
    public async Task RenewAsync()
    {
        Address = new($"http://127.0.0.1:{FreePort()}");
        await StartAsync(Address);
        Client.Dispose();
        Client = NewClient(Address);
    }

    public static HttpClient NewClient(Uri address)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        return client;
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? key = null, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json");
        }

        if (key is not null) request.Headers.TryAddWithoutValidation("X-Api-Key", key);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var message = await Client.SendAsync(request);
        return await Answer.OfAsync(message);
    }

    public Task<Answer> GetAsync(string path, string? key = null, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, key, null, headers);

    public static async Task StopAsync(WebApplication gateway)
    {
        await gateway.StopAsync();
        await gateway.DisposeAsync();
    }

    /// <summary>The header that the gateway gives the portal with a request from this address.</summary>
    public string Sign(string address) => Gateway.Services.GetRequiredService<Edge.ReaderAddress>().Sign(IPAddress.Parse(address));

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public virtual async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        foreach (var gateway in _gateways) await StopAsync(gateway);
        await Registry.DisposeAsync();
        await Portal.DisposeAsync();
        if (_broker is not null) await _broker.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>The real time, and as much later as a test says.</summary>
public sealed class ClockAhead : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}

/// <summary>Status, headers and text of an answer.</summary>
public sealed record Answer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string Code => (string)Json["code"]!;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public static async Task<Answer> OfAsync(HttpResponseMessage message) => new(message.StatusCode,
        message.Headers.Concat(message.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
        await message.Content.ReadAsStringAsync());
}
