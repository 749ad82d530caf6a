using System.Text.Json;
using Wir.AppHost.Local;
using Wir.TestKit;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary>What Program.cs says, as the host describes it.</summary>
[Lane(Lane.Functional)]
public sealed class AppModelTests : IDisposable
{
    private static readonly string[] s_services = ["gateway", "monitor", "registry", "welcomepackage"];

    private readonly string _directory = Directory.CreateTempSubdirectory("wir-model-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task There_are_the_services_with_a_migration_each_and_the_portal()
    {
        var model = await DescribeAsync();

        Assert.Equal([.. s_services.Concat(s_services.Select(s => s + "migrate")).Append("portal").Order()], model.Keys.Order());
        Assert.All(s_services, s => Assert.Equal(model[s].Project, model[s + "migrate"].Project));
        Assert.All(s_services, s => Assert.Equal(["migrate"], model[s + "migrate"].Arguments));
    }

    [Fact]
    public async Task Every_service_has_its_own_database_only_and_the_broker()
    {
        var model = await DescribeAsync();

        foreach (var name in s_services.Concat(s_services.Select(s => s + "migrate")))
        {
            var own = name.Replace("migrate", "", StringComparison.Ordinal) + "db";
            var connections = model[name].Variables.Keys.Where(v => v.StartsWith("ConnectionStrings__", StringComparison.Ordinal)).Order();
            Assert.Equal([.. new[] { $"ConnectionStrings__{own}", "ConnectionStrings__rabbitmq" }.Order()], connections);
        }

        Assert.DoesNotContain(model["portal"].Variables.Keys, v => v.StartsWith("ConnectionStrings__", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_migrations_have_the_owners_rights()
    {
        var model = await DescribeAsync();

        foreach (var service in s_services)
        {
            var (runtime, owner) = (model[service].Variables, model[service + "migrate"].Variables);
            Assert.Contains($"Username={service};", runtime[$"ConnectionStrings__{service}db"], StringComparison.Ordinal);
            Assert.StartsWith($"amqp://{service}:", runtime["ConnectionStrings__rabbitmq"], StringComparison.Ordinal);
            Assert.Equal(service, owner["Wir__Runtime__User"]);
            Assert.Contains($"Password={owner["Wir__Runtime__Password"]};", runtime[$"ConnectionStrings__{service}db"], StringComparison.Ordinal);
            Assert.All(new[] { "POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "Wir__Runtime__Password", $"{service.ToUpperInvariant()}DB_PASSWORD" }, v => Assert.DoesNotContain(v, runtime.Keys));
            Assert.All(runtime.Values, value => Assert.DoesNotContain(owner["RABBITMQ_PASSWORD"]!, value, StringComparison.Ordinal));
            Assert.All(runtime.Values, value => Assert.DoesNotContain(owner[$"{service.ToUpperInvariant()}DB_PASSWORD"]!, value, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task No_service_starts_before_the_queues_of_all_exist()
    {
        var model = await DescribeAsync();

        Assert.All(s_services, s => Assert.Subset(model[s].Waits.ToHashSet(), s_services.Select(m => m + "migrate").ToHashSet()));
        Assert.All(s_services, s => Assert.Subset(model[s + "migrate"].Waits.ToHashSet(), new HashSet<string> { s + "db", "rabbitmq" }));
    }

    [Fact]
    public async Task The_gateway_knows_all_and_waits_for_the_services_and_nobody_waits_in_a_circle()
    {
        var model = await DescribeAsync("--port", "8123");

        Assert.All(
            new[] { "registry", "welcomepackage", "monitor", "portal" },
            s => Assert.Contains($"services__{s}__http__0", model["gateway"].Variables.Keys));
        Assert.All(new[] { "registry", "welcomepackage", "monitor", "portal" }, s =>
            Assert.Equal("http://127.0.0.1:8123", model[s].Variables["services__gateway__http__0"]));
        Assert.Equal("http://127.0.0.1:8123", model["gateway"].Variables["ASPNETCORE_URLS"]);
        Assert.All(model.Keys, name => Assert.DoesNotContain(name, AllWaits(model, name)));
        Assert.Subset(AllWaits(model, "portal"), s_services.ToHashSet());
    }

    [Fact]
    public async Task Migrations_get_the_start_data_unless_the_instance_is_to_be_empty()
    {
        var model = await DescribeAsync();
        var empty = await DescribeAsync("--empty", "true");

        Assert.All(s_services, s => Assert.Equal("seed", Path.GetFileName(model[s + "migrate"].Variables["Wir__Seed"])));
        Assert.All(empty.Values, p => Assert.DoesNotContain("Wir__Seed", p.Variables.Keys));
        Assert.Equal(Path.Combine(_directory, "keys.json"), model["gatewaymigrate"].Variables["Wir__KeysFile"]);
    }

    [Fact]
    public async Task Links_for_people_lead_to_the_one_door_and_mail_stays_in_the_instance()
    {
        var local = await DescribeAsync("--port", "8123");
        var behindAProxy = await DescribeAsync("--public-url", "https://wir.example.org");

        Assert.Equal(Path.Combine(_directory, "mail"), local["registry"].Variables["Wir__Mail__Folder"]);
        Assert.All(new[] { "registry", "welcomepackage" }, s => Assert.Equal("http://127.0.0.1:8123", local[s].Variables["Wir__PublicUrl"]));
        Assert.All(new[] { "registry", "welcomepackage" }, s => Assert.Equal("https://wir.example.org", behindAProxy[s].Variables["Wir__PublicUrl"]));
    }

    [Fact]
    public async Task Every_program_has_a_port_of_its_own_for_operators()
    {
        var model = await DescribeAsync();

        var ports = s_services.Append("portal").Select(s => model[s].Variables["Wir__InternalPort"]).ToList();
        Assert.Equal(ports.Count, ports.Distinct().Count());
        Assert.All(s_services, s => Assert.DoesNotContain(model[s].Variables["Wir__InternalPort"]!, model[s].Variables["ASPNETCORE_URLS"]!, StringComparison.Ordinal));
        Assert.All(s_services, s => Assert.DoesNotContain("Wir__InternalPort", model[s + "migrate"].Variables.Keys));
    }

    [Fact]
    public async Task A_port_is_remembered()
    {
        await DescribeAsync("--port", "8123");
        var again = await DescribeAsync();

        Assert.Equal("http://127.0.0.1:8123", again["gateway"].Variables["ASPNETCORE_URLS"]);
    }

    private static HashSet<string> AllWaits(Dictionary<string, ProjectDescription> model, string name)
    {
        var all = new HashSet<string>();
        void Add(string from)
        {
            foreach (var wait in model.TryGetValue(from, out var project) ? project.Waits : [])
            {
                if (all.Add(wait))
                {
                    Add(wait);
                }
            }
        }

        Add(name);
        return all;
    }

    /// <summary>The projects of the model, as the host describes them.</summary>
    internal static async Task<Dictionary<string, ProjectDescription>> DescribeInAsync(string directory, params string[] options)
    {
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../AppHost/release/Wir.AppHost.dll"));
        var output = await ChildProcess.RunAsync(
            new ProcessSpec("dotnet", [program, "model", "--data", directory, .. options]), CancellationToken.None);
        return JsonSerializer.Deserialize<Dictionary<string, ProjectDescription>>(output, JsonSerializerOptions.Web)!;
    }

    private Task<Dictionary<string, ProjectDescription>> DescribeAsync(params string[] options) => DescribeInAsync(_directory, options);
}
