using System.Text.Json;
using Npgsql;
using Wir.AppHost.Local;
using Wir.Demo;

[assembly: AssemblyFixture(typeof(Wir.Platform.Tests.WholePlatform))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Wir.Platform.Tests;

/// <summary>The whole model, started once for all tests of this project, as <c>./wir up</c> starts it: in a directory of its own, on free ports.</summary>
public sealed class WholePlatform : IAsyncLifetime
{
    public const string Tests = "The whole platform";

    private readonly Watcher _watcher = new();
    private readonly int _port = Ports.Choose();
    private LogFile? _log;
    private readonly Telemetry _telemetry = new();
    private ChildProcess? _host;
    private RunningInstance? _instance;

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("wir-platform-").FullName;

    public RunningInstance Instance => _instance ?? throw new InvalidOperationException("The platform is not up.");

    public async ValueTask InitializeAsync()
    {
        await PrepareAsync();
        await UpAsync();
    }

    /// <summary>Everything but starting it.</summary>
    public async Task PrepareAsync()
    {
        if (Environment.IsPrivilegedProcess)
        {
            // The user postgres must be able to pass through.
            File.SetUnixFileMode(Directory, File.GetUnixFileMode(Directory) | UnixFileMode.OtherExecute);
        }

        await _telemetry.StartAsync();
        _log = new LogFile(LogPath("apphost"));
    }

    /// <summary>A command of the host on this instance (backup, restore); what it told.</summary>
    public Task<string> RunAsync(string command, string file) =>
        ChildProcess.RunAsync(AppHost(command, file, "--data", Directory, "--port", $"{_port}"), CancellationToken.None);

    /// <summary>Before the first start: the instance's own PostgreSQL with its empty databases, for as long as the work takes.</summary>
    /// <param name="work">Gets the owner's connection string by the database's name.</param>
    internal async Task WithDatabasesAsync(Func<Func<string, string>, Task> work)
    {
        var builder = DistributedApplication.CreateBuilder(["--data", Directory]);
        var postgres = builder.AddPostgres("postgres");
        foreach (var name in new[] { "registrydb", "welcomepackagedb", "monitordb", "gatewaydb" }) postgres.AddDatabase(name);
        var instance = Wir.AppHost.Local.Instance.Open(Directory, builder.Configuration);
        await instance.PrepareAsync(builder.Resources, TestContext.Current.CancellationToken);
        var server = postgres.Resource.Server(instance);
        var child = ChildProcess.Start(await server.PrepareAsync(TestContext.Current.CancellationToken), _log!, _watcher);
        Assert.True(await Health.WaitAsync(server, child.Exited, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken), "PostgreSQL starts");
        await server.OnHealthyAsync(TestContext.Current.CancellationToken);
        await work(database => server.ConnectionString(database) + ";Pooling=false");
        await child.StopAsync();
    }

    /// <summary>Starts everything, and returns when all of it is healthy.</summary>
    public async Task UpAsync()
    {
        _host = ChildProcess.Start(AppHost("--data", Directory, "--port", $"{_port}", "--dev-login", "true"), _log!, _watcher);
        await ChildProcess.RunAsync(AppHost("wait", $"{_host.Id}", "--data", Directory), TestContext.Current.CancellationToken);
        _instance = RunningInstance.Open(Directory);
    }

    /// <summary>Stops everything in order.</summary>
    public async Task DownAsync()
    {
        await AskAsync("stop");
        Assert.Equal(0, await _host!.Exited);
        _host = null;
    }

    /// <summary>What the services have told about themselves.</summary>
    public Telemetry Telemetry => _telemetry;

    public Door Door(string? key = null) => new(Instance.Address, key is null ? null : Instance.Keys[key]);

    internal async Task<ResourceStatus> StatusAsync(string name) =>
        JsonSerializer.Deserialize<List<ResourceStatus>>((await AskAsync("status"))!, JsonSerializerOptions.Web)!.Single(r => r.Name == name);

    public int PortOf(string purpose) => Wir.AppHost.Local.Instance.Open(Directory, new Microsoft.Extensions.Configuration.ConfigurationManager()).Port(purpose);

    /// <summary>One of the platform's databases, as its superuser sees it.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string database)
    {
        var instance = Wir.AppHost.Local.Instance.Open(Directory, new Microsoft.Extensions.Configuration.ConfigurationManager());
        var server = new PostgresServer("", instance.Port("postgres"), instance.Password("postgres"));
        var connection = new NpgsqlConnection(server.ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    internal Task<string?> AskAsync(string order) => ControlServer.AskAsync(Socket, order);

    internal string LogOf(string resource) => File.ReadAllText(LogPath(resource));

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await AskAsync("stop");
            await _host.StopAsync();
        }

        await _telemetry.DisposeAsync();
        _watcher.Dispose();
        _log?.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private ProcessSpec AppHost(params string[] arguments) =>
        new("dotnet", [Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../AppHost/release/Wir.AppHost.dll")), .. arguments])
        {
            // All of it reaches the services with the rest of the host's environment.
            Environment = new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _telemetry.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
                ["OTEL_BLRP_SCHEDULE_DELAY"] = "500",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "5000",
                // Nobody wants to wait a minute for a service that hangs.
                ["Gateway__ActivityTimeout"] = "00:00:10",
            },
        };

    private string Socket => Wir.AppHost.Local.Instance.ControlSocket(Directory);

    private string LogPath(string name) => Wir.AppHost.Local.Instance.LogPath(Directory, name);
}

/// <summary>All tests share one platform and one played story, and run one after the other.</summary>
[CollectionDefinition(WholePlatform.Tests)]
public sealed class WholePlatformTests : ICollectionFixture<PlayedStory>;
