using System.Net.Http.Headers;
using System.Text;
using Npgsql;
using Wir.Messaging;
using Wir.Reliability.Tests;
using Wir.ServiceDefaults.Tokens;
using Wir.TestKit;
using Wir.ToyService;

namespace Wir.Bench;

/// <summary>The publishing and the listening service, each in a process of its own, on servers that flush to disk.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private static int s_count;
    private readonly TokenIssuer _issuer = TokenIssuer.Create();
    private readonly List<ServiceProcess> _processes = [];
    private readonly Servers _servers;

    private Stage(Servers servers, string name)
    {
        _servers = servers;
        Broker = $"{servers.Broker.AmqpUri}/{name}";
        Settings = new()
        {
            ["ConnectionStrings:toydb"] = servers.Database.ConnectionString($"toy_{name}"),
            ["ConnectionStrings:copydb"] = servers.Database.ConnectionString($"copy_{name}"),
            ["ConnectionStrings:rabbitmq"] = Broker,
            ["Wir:Tokens:Jwks"] = _issuer.Jwks(),
            ["Toy:View"] = "false",
        };
        Toy = NpgsqlDataSource.Create(Settings["ConnectionStrings:toydb"]!);
        Copy = NpgsqlDataSource.Create(Settings["ConnectionStrings:copydb"]!);
    }

    public string Broker { get; }

    public Dictionary<string, string?> Settings { get; }

    public NpgsqlDataSource Toy { get; }

    public NpgsqlDataSource Copy { get; }

    public static async Task<Stage> CreateAsync()
    {
        var servers = await Servers.GetAsync();
        if (await ScalarAsync<string>(NpgsqlDataSource.Create(servers.Database.ConnectionString("postgres")), "show track_commit_timestamp") != "on")
        {
            // Makes the instant of each commit readable, which is what lag is counted from.
            await ExecuteAsync(NpgsqlDataSource.Create(servers.Database.ConnectionString("postgres")), "alter system set track_commit_timestamp = on");
            await servers.Postgres.EndAsync(Wir.TestKit.Servers.Signal.Int);
            NpgsqlConnection.ClearAllPools();
            await servers.Postgres.StartAsync();
        }

        var stage = new Stage(servers, $"b{++s_count}");
        var address = new Uri(servers.Broker.ManagementUri);
        using var management = new HttpClient { BaseAddress = new UriBuilder(address) { UserName = "", Password = "" }.Uri };
        management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(address.UserInfo)));
        (await management.PutAsync($"api/vhosts/b{s_count}", null)).EnsureSuccessStatusCode();
        if (await ToyApps.BuildToy([], stage.Settings).RunServiceAsync<ToyDb>(["migrate"]) + await ToyApps.BuildCopy([], stage.Settings).RunServiceAsync<CopyDb>(["migrate"]) > 0)
        {
            throw new InvalidOperationException("The services could not be migrated.");
        }

        return stage;
    }

    public ServiceProcess Launch(string role)
    {
        var process = ServiceProcess.Start("ToyService", Settings, role);
        _processes.Add(process);
        return process;
    }

    /// <summary>Puts events into the outbox as if they had been emitted: <paramref name="things"/> things with <paramref name="each"/> events each.</summary>
    public Task FillAsync(int things, int each) => ExecuteAsync(Toy, $$"""
        insert into toy.outbox_message (id, aggregate_type, aggregate_id, sequence, type, area, payload, trace_parent, occurred_at)
        select gen_random_uuid(), 'thing', id, sequence, 'urn:message:wir:toy:thing-changed:v1', '06635015',
            json_build_object('thingId', id, 'version', sequence, 'text', repeat('x', 120)), '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', now()
        from (select gen_random_uuid() as id from generate_series(1, {{things}})) t cross join generate_series(1, {{each}}) sequence
        order by sequence, id
        """);

    public Task<long> EffectsAsync() => ScalarAsync<long>(Copy, "select count(*) from copy.effect");

    /// <summary>Highest number of an effect: cheap enough to be asked all the time, and never lower than their count.</summary>
    public Task<long> LastEffectAsync() => ScalarAsync<long>(Copy, "select max(id) from copy.effect");

    /// <summary>Events that the relays have looked at.</summary>
    public Task<long> LoggedAsync() => ScalarAsync<long>(Toy, "select value from toy.messaging_counter where name = 'event_log'");

    public Task<bool> IsPendingAsync() => ScalarAsync<bool>(Toy, "select exists (select 1 from toy.outbox_message)");

    public static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<T?> ScalarAsync<T>(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        await Toy.DisposeAsync();
        await Copy.DisposeAsync();
        _issuer.Dispose();
    }
}
