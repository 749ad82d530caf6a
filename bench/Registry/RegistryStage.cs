using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Wir.TestKit.Servers;
using Wir.Reliability.Tests;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Tokens;
using Wir.TestKit;

namespace Wir.Bench;

/// <summary>The registry in a process of its own with many made-up entries, on servers that flush to disk. Loaded once for all benchmarks of a run.</summary>
internal sealed class RegistryStage
{
    /// <summary>How many; <c>WIR_BENCH_ENTRIES</c> says otherwise.</summary>
    public static int Entries { get; } = Setting("WIR_BENCH_ENTRIES", 100_000);

    private static readonly Lazy<Task<RegistryStage>> s_current = new(CreateAsync);
    private readonly TokenIssuer _issuer = TokenIssuer.Create();
    private readonly Dictionary<string, string?> _settings;
    private ServiceProcess _service = null!;

    private RegistryStage(Servers servers, int port)
    {
        Database = NpgsqlDataSource.Create(servers.Database.ConnectionString("registry_bench"));
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(5) };
        _settings = new()
        {
            ["urls"] = Http.BaseAddress.ToString(),
            ["ConnectionStrings:registrydb"] = servers.Database.ConnectionString("registry_bench"),
            ["ConnectionStrings:rabbitmq"] = $"{servers.Broker.AmqpUri}/registry-bench",
            ["Wir:Tokens:Jwks"] = _issuer.Jwks(),
            ["Wir:PublicUrl"] = "https://wir.example",
            ["Wir:Registry:DemoEntries"] = Entries.ToString(CultureInfo.InvariantCulture),
            ["Logging:LogLevel:Default"] = "Warning",
        };
    }

    public NpgsqlDataSource Database { get; }

    public string ConnectionString => _settings["ConnectionStrings:registrydb"]!;

    public HttpClient Http { get; }

    public TimeSpan Loading { get; private set; }

    public static Task<RegistryStage> GetAsync() => s_current.Value;

    public static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : usual;

    /// <summary>How long each of many runs of the same statement takes on a connection of its own: the least that an answer can cost.</summary>
    public async Task<List<double>> RepeatSqlAsync(int times, string sql, Func<int, object?> parameter)
    {
        var taken = new List<double>(times);
        for (var i = -5; i < times; i++)
        {
            await using var command = Database.CreateCommand(sql);
            if (parameter(i) is { } value) command.Parameters.AddWithValue(value);
            var clock = Stopwatch.GetTimestamp();
            await using (var reader = await command.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync()) { }
            }

            if (i >= 0) taken.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }

        return taken;
    }

    /// <summary>Resident memory of the service now, in MB.</summary>
    public double Memory() => Status("VmRSS");

    /// <summary>The most it was since <see cref="ForgetPeak"/>, in MB.</summary>
    public double Peak() => Status("VmHWM");

    public void ForgetPeak() => File.WriteAllText($"/proc/{_service.Id}/clear_refs", "5");

    public async Task<(HttpResponseMessage Response, double Milliseconds)> SendAsync(HttpMethod method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        string[] scopes = body is null ? [] : [Scopes.RegistryWrite];
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _issuer.Issue(body is null ? TokenClaims.Anonymous : "client:bench", scopes, ["06635"], DateTimeOffset.UtcNow));
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var clock = Stopwatch.GetTimestamp();
        var response = await Http.SendAsync(request);
        return (response.EnsureSuccessStatusCode(), Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        var (response, _) = await SendAsync(HttpMethod.Get, path);
        using (response) return JsonNode.Parse(await response.Content.ReadAsByteArrayAsync())!;
    }

    /// <summary>How long each of many calls of the same address takes.</summary>
    public async Task<List<double>> RepeatAsync(int times, Func<int, string> path)
    {
        var taken = new List<double>(times);
        for (var i = -5; i < times; i++)
        {
            var (response, milliseconds) = await SendAsync(HttpMethod.Get, path(i));
            response.Dispose();
            if (i >= 0) taken.Add(milliseconds);
        }

        return taken;
    }

    private static async Task<RegistryStage> CreateAsync()
    {
        var servers = await Servers.GetAsync();
        var stage = new RegistryStage(servers, Ports.Choose());
        await using (var postgres = NpgsqlDataSource.Create(servers.Database.ConnectionString("postgres")))
        {
            await using var create = postgres.CreateCommand("create database registry_bench");
            await create.ExecuteNonQueryAsync();
        }

        var address = new Uri(servers.Broker.ManagementUri);
        using (var management = new HttpClient { BaseAddress = new UriBuilder(address) { UserName = "", Password = "" }.Uri })
        {
            management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(address.UserInfo)));
            (await management.PutAsync("api/vhosts/registry-bench", null)).EnsureSuccessStatusCode();
        }

        var seed = new Dictionary<string, string?>(stage._settings) { ["Wir:Seed"] = AppContext.BaseDirectory };
        var clock = Stopwatch.StartNew();
        await using (var migrate = ServiceProcess.Start("Registry", seed, "migrate"))
        {
            await migrate.WaitForExitAsync(TimeSpan.FromMinutes(20));
            if (migrate.ExitCode != 0) throw new InvalidOperationException(migrate.Output);
        }

        stage.Loading = clock.Elapsed;
        // Sending the events of the start data is another benchmark's subject.
        await using (var truncate = stage.Database.CreateCommand("truncate registry.outbox_message")) await truncate.ExecuteNonQueryAsync();
        await using (var vacuum = stage.Database.CreateCommand("vacuum (analyze) registry.association")) await vacuum.ExecuteNonQueryAsync();

        stage._service = ServiceProcess.Start("Registry", stage._settings);
        await Eventually.TrueAsync(async () => (await stage.Http.GetAsync("/version")).IsSuccessStatusCode, "the registry serves", TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(async () => await stage.PendingAsync() == 0, "all entries have their position in the feed", TimeSpan.FromMinutes(5));
        return stage;
    }

    public async Task<long> PendingAsync()
    {
        await using var command = Database.CreateCommand("select count(*) from registry.feed_pending");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private double Status(string name) =>
        double.Parse(File.ReadLines($"/proc/{_service.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
}
