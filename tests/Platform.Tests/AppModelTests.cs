using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wir.TestKit.Servers;
using Ports = Wir.TestKit.Servers.Ports;

namespace Wir.Platform.Tests;

/// <summary>What the app model says, as Aspire runs it: names, references, waits, health, variables.</summary>
[Lane(Lane.Platform)]
[Collection(WholePlatform.Tests)]
public sealed class AppModelTests(WholePlatform platform)
{
    private static readonly string[] s_services = ["gateway", "monitor", "registry", "welcomepackage"];
    private static readonly string[] s_programs = [.. s_services, "portal"];

    private DistributedApplicationModel Model => platform.App.Services.GetRequiredService<DistributedApplicationModel>();

    [Fact]
    public void There_are_the_servers_with_their_databases_the_services_with_a_migration_each_and_the_portal()
    {
        var names = Model.Resources.Where(r => r is not ParameterResource && !r.Name.EndsWith("-rebuilder", StringComparison.Ordinal)).Select(r => r.Name);

        Assert.Equal(
            [.. s_services.Concat(s_services.Select(s => $"{s}migrate")).Concat(s_services.Select(s => $"{s}db")).Concat(["devlogin", "portal", "postgres", "rabbitmq"]).Order()],
            names.Order());
        Assert.All(s_services, s => Assert.Equal(ProjectOf(s), ProjectOf($"{s}migrate")));
        Assert.All(s_services, s => Assert.Equal("postgres", Assert.IsType<IResourceWithParent>(Resource($"{s}db"), exactMatch: false).Parent.Name));
    }

    [Fact]
    public void Every_service_has_its_own_database_only_and_the_broker()
    {
        foreach (var name in s_services.Concat(s_services.Select(s => $"{s}migrate")))
        {
            var own = $"ConnectionStrings__{name.Replace("migrate", "", StringComparison.Ordinal)}db";
            Assert.Equal(
                [.. new[] { own, "ConnectionStrings__rabbitmq" }.Order()],
                Variables(name).Keys.Where(v => v.StartsWith("ConnectionStrings__", StringComparison.Ordinal)).Order());
        }

        Assert.DoesNotContain(Variables("portal").Keys, v => v.StartsWith("ConnectionStrings__", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_migrations_have_the_owners_rights()
    {
        var owners = new[] { "postgres", "rabbitmq" }.Select(platform.PasswordOf).ToList();
        foreach (var service in s_services)
        {
            var (runtime, owner) = (Variables(service), Variables($"{service}migrate"));
            var connection = new NpgsqlConnectionStringBuilder(runtime[$"ConnectionStrings__{service}db"]);
            Assert.Equal((service, $"{service}db"), (connection.Username, connection.Database));
            Assert.StartsWith($"amqp://{service}:", runtime["ConnectionStrings__rabbitmq"], StringComparison.Ordinal);
            Assert.Equal(service, owner["Wir__Runtime__User"]);
            Assert.Equal(connection.Password, owner["Wir__Runtime__Password"]);
            Assert.DoesNotContain("Wir__Runtime__Password", runtime.Keys);
            Assert.All(runtime.Values, value => Assert.All(owners, password => Assert.DoesNotContain(password, value, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void No_service_starts_before_the_queues_of_all_exist_and_nobody_waits_in_a_circle()
    {
        Assert.All(s_services, s => Assert.Subset(Waits(s, WaitType.WaitForCompletion), s_services.Select(m => $"{m}migrate").ToHashSet()));
        Assert.All(s_services, s => Assert.Contains($"{s}db", Waits($"{s}migrate", WaitType.WaitUntilHealthy)));
        Assert.All(s_services, s => Assert.Contains("rabbitmq", Waits($"{s}migrate", WaitType.WaitUntilStarted)));
        Assert.All(Model.Resources, r => Assert.DoesNotContain(r.Name, AllWaits(r.Name)));
        Assert.Subset(AllWaits("portal"), s_services.ToHashSet());
    }

    [Fact]
    public void The_gateway_knows_all_and_all_know_the_gateway()
    {
        var gateway = Variables("gateway");

        Assert.Equal(platform.Instance.Address.ToString().TrimEnd('/'), gateway["ASPNETCORE_URLS"]);
        foreach (var other in s_programs.Where(p => p != "gateway"))
        {
            Assert.Equal(Variables(other)["ASPNETCORE_URLS"], gateway[$"services__{other}__http__0"]);
            Assert.Equal(gateway["ASPNETCORE_URLS"], Variables(other)["services__gateway__http__0"]);
            Assert.DoesNotContain(gateway.Keys, v => v.StartsWith($"services__{other}__internal", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_program_listens_on_loopback_only_with_a_port_of_its_own_for_operators()
    {
        Assert.All(s_programs.Append("devlogin"), p => Assert.Matches(@"^http://127\.0\.0\.1:\d+$", Variables(p)["ASPNETCORE_URLS"]));
        Assert.Equal(s_programs.Length, s_programs.Select(p => Variables(p)["Wir__InternalPort"]).Distinct().Count());
        Assert.All(s_programs, p => Assert.Equal($"{platform.PortOf($"{p}.internal")}", Variables(p)["Wir__InternalPort"]));
        Assert.All(s_services, s => Assert.DoesNotContain("Wir__InternalPort", Variables($"{s}migrate").Keys));
    }

    [Fact]
    public void Start_data_keys_and_mail_stay_in_the_instance_and_links_lead_to_the_one_door()
    {
        Assert.All(s_services, s => Assert.Equal("seed", Path.GetFileName(Variables($"{s}migrate")["Wir__Seed"])));
        Assert.Equal(Path.Combine(platform.Directory, "keys.json"), Variables("gatewaymigrate")["Wir__KeysFile"]);
        Assert.Equal(Path.Combine(platform.Directory, "mail"), Variables("registry")["Wir__Mail__Folder"]);
        Assert.All(new[] { "registry", "welcomepackage" }, s => Assert.Equal(Variables("gateway")["ASPNETCORE_URLS"], Variables(s)["Wir__PublicUrl"]));
    }

    [Fact]
    public void Programs_run_as_for_everybody_and_show_no_query_in_traces()
    {
        Assert.All(s_programs, p => Assert.Equal("Production", Variables(p)["ASPNETCORE_ENVIRONMENT"]));
        Assert.All(s_programs, p => Assert.Equal("false", Variables(p)["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"]));
        // An address that a client states must not count as the reader's.
        Assert.All(s_programs, p => Assert.DoesNotContain("ASPNETCORE_FORWARDEDHEADERS_ENABLED", Variables(p).Keys));
    }

    [Fact]
    public async Task Everything_is_healthy_by_a_check_of_its_own()
    {
        var states = platform.App.Services.GetRequiredService<ResourceNotificationService>();
        foreach (var name in s_programs.Concat(s_services.Select(s => $"{s}db")).Concat(["postgres", "rabbitmq"]))
        {
            var ready = await states.WaitForResourceHealthyAsync(name, TestContext.Current.CancellationToken);
            Assert.NotEmpty(ready.Snapshot.HealthReports);
        }
    }

    [Fact]
    public async Task With_a_container_engine_the_servers_are_Aspires_own_and_the_programs_are_told_the_same()
    {
        var directory = ServerDirectory.Create("wir-containers-");
        try
        {
            await using var other = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(
                // It is never started; that its end interrupts a start is no news.
                [
                    "--data", directory, "--port", $"{Ports.Choose()}", "--servers", "containers", "--dev-login", "true",
                    "--Logging:LogLevel:Default", "None",
                ],
                TestContext.Current.CancellationToken);
            await using var app = await other.BuildAsync(TestContext.Current.CancellationToken);
            var resources = other.Resources.ToDictionary(r => r.Name);

            Assert.IsType<PostgresServerResource>(resources["postgres"]);
            Assert.IsType<RabbitMQServerResource>(resources["rabbitmq"]);
            Assert.All(s_services, s => Assert.Equal(
                "postgres", Assert.IsType<PostgresDatabaseResource>(resources[$"{s}db"]).Parent.Name));
            foreach (var program in Model.Resources.OfType<ProjectResource>())
            {
                Assert.Equal(WaitsOf(program), WaitsOf(resources[program.Name]));
                Assert.Equal(
                    program.Annotations.OfType<EnvironmentCallbackAnnotation>().Count(),
                    resources[program.Name].Annotations.OfType<EnvironmentCallbackAnnotation>().Count());
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static List<(WaitType, string)> WaitsOf(IResource resource) =>
        [.. resource.Annotations.OfType<WaitAnnotation>().Select(w => (w.WaitType, w.Resource.Name))];

    private IResource Resource(string name) => Model.Resources.Single(r => r.Name == name);

    private string ProjectOf(string name) => ((ProjectResource)Resource(name)).GetProjectMetadata().ProjectPath;

    private HashSet<string> Waits(string name, WaitType type) =>
        [.. Resource(name).Annotations.OfType<WaitAnnotation>().Where(w => w.WaitType == type).Select(w => w.Resource.Name)];

    private HashSet<string> AllWaits(string name)
    {
        var all = new HashSet<string>();
        void Add(string from)
        {
            foreach (var wait in Resource(from).Annotations.OfType<WaitAnnotation>().Select(w => w.Resource.Name).Where(all.Add)) Add(wait);
        }

        Add(name);
        return all;
    }

    /// <summary>What the running process has got; migrations have ended, and Aspire remembers.</summary>
    private Dictionary<string, string> Variables(string name)
    {
        var states = platform.App.Services.GetRequiredService<ResourceNotificationService>();
        Assert.True(states.TryGetCurrentState(platform.IdOf(name), out var current));
        return current.Snapshot.EnvironmentVariables.Where(v => v.Value is not null).ToDictionary(v => v.Name, v => v.Value!);
    }
}
