using Npgsql;
using Wir.AppHost.Local;
using Wir.TestKit;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary>The variables that Aspire gives a project, by name and by form.</summary>
[Lane(Lane.Functional)]
public sealed class VariableTests : IAsyncDisposable
{
    private readonly TestInstance _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public void A_database_comes_as_a_connection_string_and_in_pieces()
    {
        var project = _test.AddService("registry").WithReference(_test.Builder.AddPostgres("postgres").AddDatabase("registrydb"));

        var variables = Variables(project);

        var connection = new NpgsqlConnectionStringBuilder(variables["ConnectionStrings__registrydb"]);
        Assert.Matches("^Host=[^;]+;Port=\\d+;Username=[^;]+;Password=[^;]+;Database=registrydb$", variables["ConnectionStrings__registrydb"]);
        Assert.Equal(connection.Host, variables["REGISTRYDB_HOST"]);
        Assert.Equal($"{connection.Port}", variables["REGISTRYDB_PORT"]);
        Assert.Equal(connection.Username, variables["REGISTRYDB_USERNAME"]);
        Assert.Equal(connection.Password, variables["REGISTRYDB_PASSWORD"]);
        Assert.Equal("registrydb", variables["REGISTRYDB_DATABASENAME"]);
        Assert.Equal(
            $"postgresql://{connection.Username}:{connection.Password}@{connection.Host}:{connection.Port}/registrydb", variables["REGISTRYDB_URI"]);
    }

    [Fact]
    public void A_broker_comes_as_a_uri_and_in_pieces()
    {
        var variables = Variables(_test.AddService("registry").WithReference(_test.Builder.AddRabbitMQ("rabbitmq")));

        Assert.Equal(
            $"amqp://{variables["RABBITMQ_USERNAME"]}:{variables["RABBITMQ_PASSWORD"]}@{variables["RABBITMQ_HOST"]}:{variables["RABBITMQ_PORT"]}",
            variables["ConnectionStrings__rabbitmq"]);
        Assert.Equal(variables["ConnectionStrings__rabbitmq"], variables["RABBITMQ_URI"]);
        Assert.DoesNotContain("RABBITMQ_DATABASENAME", variables.Keys);
    }

    [Fact]
    public void A_service_comes_under_both_names_and_every_replica_under_its_number()
    {
        var registry = _test.AddService("registry").WithReplicas(3);

        var variables = Variables(_test.AddService("gateway").WithReference(registry));

        var urls = Enumerable.Range(0, 3).Select(n => variables[$"services__registry__http__{n}"]).ToList();
        Assert.All(urls, url => Assert.Matches("^http://127\\.0\\.0\\.1:\\d+$", url));
        Assert.Equal(3, urls.Distinct().Count());
        Assert.Equal(urls[0], variables["REGISTRY_HTTP"]);
        Assert.DoesNotContain("services__registry__http__3", variables.Keys);
        Assert.Equal(urls[2], Variables(registry, 2)["ASPNETCORE_URLS"]);
    }

    [Fact]
    public void A_connection_may_have_another_name() =>
        Assert.Contains(
            "ConnectionStrings__broker",
            Variables(_test.AddService("registry").WithReference(_test.Builder.AddRabbitMQ("rabbitmq"), "broker")).Keys);

    [Fact]
    public void Every_project_knows_its_name_for_telemetry_and_where_it_listens()
    {
        var variables = Variables(_test.AddService("registry").WithEnvironment("Wir__Seed", "/seed"));

        Assert.Equal("registry", variables["OTEL_SERVICE_NAME"]);
        Assert.StartsWith("service.instance.id=", variables["OTEL_RESOURCE_ATTRIBUTES"], StringComparison.Ordinal);
        Assert.Matches("^http://127\\.0\\.0\\.1:\\d+$", variables["ASPNETCORE_URLS"]);
        Assert.Equal("/seed", variables["Wir__Seed"]);
        Assert.DoesNotContain("ASPNETCORE_URLS", Variables(_test.AddMigration("migration")).Keys);
    }

    [Fact]
    public void Ports_and_passwords_are_chosen_once_and_only_their_owner_may_read_them()
    {
        var project = _test.AddService("registry").WithReference(_test.Builder.AddRabbitMQ("rabbitmq"));

        var first = Variables(project);
        var second = Variables(project);

        Assert.Equal(first["ASPNETCORE_URLS"], second["ASPNETCORE_URLS"]);
        Assert.Equal(first["RABBITMQ_URI"], second["RABBITMQ_URI"]);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_test.Directory, "instance.json")));
    }

    private Dictionary<string, string> Variables(IResourceBuilder<ProjectResource> project, int replica = 0) =>
        new ProjectProcess(project.Resource, replica, _test.Open()).EnvironmentVariables().ToDictionary(v => v.Key, v => v.Value!);
}
