using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wir.AppHost.Backup;
using Wir.AppHost.Control;
using Wir.AppHost.Running;
using Wir.AppHost.Servers;
using Wir.Demo;
using Wir.TestKit.Servers;
using Ports = Wir.TestKit.Servers.Ports;

[assembly: AssemblyFixture(typeof(Wir.Platform.Tests.WholePlatform))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Wir.Platform.Tests;

/// <summary>
/// The whole model, started once for all tests of this project by Aspire's own testing library: in a directory of its own, on
/// free ports.
/// </summary>
public sealed class WholePlatform : IAsyncLifetime
{
    public const string Tests = "The whole platform";

    private static readonly TimeSpan s_startDeadline = TimeSpan.FromMinutes(6);

    private readonly int _port = Ports.Choose();
    private readonly Telemetry _telemetry = new();
    private RunningInstance? _running;

    static WholePlatform()
    {
        // All of it reaches the programs with the rest of this process's environment.
        foreach (var (name, value) in new[]
        {
            ("OTEL_BSP_SCHEDULE_DELAY", "500"), ("OTEL_BLRP_SCHEDULE_DELAY", "500"), ("OTEL_METRIC_EXPORT_INTERVAL", "5000"),
            // Nobody wants to wait a minute for a service that hangs.
            ("Gateway__ActivityTimeout", "00:00:20"),
            // The matrix of access tries every route with a key that does not hold.
            ("Gateway__RefusalsPerMinute", "100000"),
        })
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    public string Directory { get; } = ServerDirectory.Create("wir-platform-");

    public RunningInstance Instance => _running ?? throw new InvalidOperationException("The platform is not up.");

    /// <summary>The running model.</summary>
    public DistributedApplication App { get; private set; } = null!;

    /// <summary>What the services have reported about themselves.</summary>
    public Telemetry Telemetry => _telemetry;

    public async ValueTask InitializeAsync()
    {
        await PrepareAsync();
        await UpAsync();
    }

    /// <summary>Everything but starting it.</summary>
    public Task PrepareAsync() => _telemetry.StartAsync();

    /// <summary>A command of the host on this instance (backup, restore); what it printed.</summary>
    public Task<string> RunAsync(string command, string file) =>
        ChildProcess.RunAsync(new ProcessSpec("dotnet", Repository.ProgramOf("AppHost"), command, file, "--data", Directory), CancellationToken.None);

    /// <summary>Before the first start: the instance's own PostgreSQL with its empty databases, for as long as the work takes.</summary>
    /// <param name="work">Gets the owner's connection string by the database's name.</param>
    internal Task WithDatabasesAsync(Func<Func<string, string>, Task> work)
    {
        var instance = Kept;
        return PostgresTools.WithServerAsync(instance, async () =>
        {
            foreach (var name in new[] { "registrydb", "welcomepackagedb", "monitordb", "gatewaydb" })
            {
                await LocalPostgresExtensions.CreateAsync(PostgresTools.ConnectionString(instance), name, CancellationToken.None);
            }

            await work(database => PostgresTools.ConnectionString(instance, database) + ";Pooling=false");
        }, TestContext.Current.CancellationToken);
    }

    /// <summary>Starts everything, and returns when all of it is healthy.</summary>
    /// <param name="options">Of the app model, besides those that every test needs.</param>
    public async Task UpAsync(params string[] options)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(
            [
                "--data", Directory, "--port", $"{_port}", "--dev-login", "true",
                "--OTEL_EXPORTER_OTLP_ENDPOINT", _telemetry.Address, "--OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
                // What the programs write is kept in the instance's directory.
                "--Logging:LogLevel:Default", "Warning", "--Logging:LogLevel:Wir.AppHost.Resources", "None", .. options,
            ],
            TestContext.Current.CancellationToken);
        App = await builder.BuildAsync(TestContext.Current.CancellationToken);
        await App.StartAsync(TestContext.Current.CancellationToken);
        // What a test starts besides (a browser, Aspire's command line with its helpers) is no part of the instance.
        Environment.SetEnvironmentVariable(AppHost.Instance.Variable, null);
        await Eventually.TrueAsync(
            async () => await Verbs.AskAsync(Directory) is { } rows && (rows.All(r => r.IsUp)
                || (rows.Any(r => r.HasFailed) ? throw new InvalidOperationException(Failure(rows.First(r => r.HasFailed).Name)) : false)),
            "everything is healthy", s_startDeadline);
        _running = RunningInstance.Open(Directory);
    }

    /// <summary>Stops everything in order.</summary>
    public async Task DownAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        App = null!;
        await GoneAsync(Kept, TimeSpan.FromMinutes(1));
    }

    /// <summary>Waits until no process of an instance is left; names those that are.</summary>
    internal static Task GoneAsync(AppHost.Instance instance, TimeSpan deadline) => Eventually.TrueAsync(
        () =>
        {
            var left = instance.Leftovers().Select(id => $"{id} {AppHost.Processes.Read(id, "cmdline").Replace('\0', ' ')}").ToList();
            if (left.Count > 0) throw new InvalidOperationException(string.Join('\n', left));
            return Task.FromResult(true);
        },
        "no process of the instance is left", deadline);

    public Door Door(string? key = null) => new(Instance.Address, key is null ? null : Instance.Keys[key]);

    internal async Task<ResourceStatus> StatusAsync(string name) =>
        (await StatusOfAllAsync()).Single(r => r.Name == name);

    internal async Task<IReadOnlyList<ResourceStatus>> StatusOfAllAsync() => (await Verbs.AskAsync(Directory))!;

    /// <summary>The name by which Aspire knows the one process of a resource.</summary>
    public string IdOf(string name)
    {
        var model = App.Services.GetRequiredService<DistributedApplicationModel>();
        return App.Services.GetRequiredService<Supervisor>().Ids(model.Resources.Single(r => r.Name == name)).Single();
    }

    public int PortOf(string purpose) => Kept.Port(purpose);

    public string PasswordOf(string name) => Kept.Password(name);

    /// <summary>One of the platform's databases, as its superuser sees it.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string database)
    {
        var connection = new NpgsqlConnection(PostgresTools.ConnectionString(Kept, database) + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (App is not null) await DownAsync();
        await _telemetry.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private AppHost.Instance Kept => AppHost.Instance.Open(Directory);

    private string Failure(string resource)
    {
        var log = Kept.PathOf("log", $"{resource}.log");
        return $"{resource} failed:\n{(File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(20)) : "no log")}";
    }
}

/// <summary>All tests share one platform and one played story, and run one after the other.</summary>
[CollectionDefinition(WholePlatform.Tests)]
public sealed class WholePlatformTests : ICollectionFixture<PlayedStory>;
