using Microsoft.Extensions.Configuration;

namespace Wir.AppHost.Local;

// The part of Aspire's model that Program.cs uses, under Aspire's names. What Local needs beyond them is internal.

public interface IResource
{
    string Name { get; }
}

public interface IResourceWithConnectionString : IResource
{
    /// <summary>The connection string, and the same in pieces (HOST, PORT, …).</summary>
    internal (string ConnectionString, IReadOnlyDictionary<string, string> Pieces) Connection(Instance instance);
}

public interface IResourceWithServiceDiscovery : IResource;

public interface IResourceBuilder<out T>
    where T : IResource
{
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    T Resource { get; }
}

public interface IDistributedApplicationBuilder
{
    ConfigurationManager Configuration { get; }

    string AppHostDirectory { get; }

    ICollection<IResource> Resources { get; }

    DistributedApplication Build();
}

public sealed class PostgresServerResource(string name) : IResourceWithConnectionString
{
    public string Name => name;

    internal List<PostgresDatabaseResource> Databases { get; } = [];

    (string, IReadOnlyDictionary<string, string>) IResourceWithConnectionString.Connection(Instance instance) => Connection(instance, null);

    internal (string, IReadOnlyDictionary<string, string>) Connection(Instance instance, string? database)
    {
        var server = Server(instance);
        var pieces = Pieces.Of(instance.Port(name), PostgresServer.UserName, instance.Password(name), "postgresql", database);
        return (server.ConnectionString(database), pieces);
    }

    internal PostgresServer Server(Instance instance)
    {
        var server = new PostgresServer(instance.PostgresDirectory(name), instance.Port(name), instance.Password(name));
        Databases.ForEach(d => server.AddDatabase(d.DatabaseName));
        return server;
    }
}

public sealed class PostgresDatabaseResource(string name, string databaseName, PostgresServerResource parent) : IResourceWithConnectionString
{
    public string Name => name;

    public string DatabaseName => databaseName;

    public PostgresServerResource Parent => parent;

    (string, IReadOnlyDictionary<string, string>) IResourceWithConnectionString.Connection(Instance instance) => parent.Connection(instance, databaseName);
}

public sealed class RabbitMQServerResource(string name) : IResourceWithConnectionString
{
    public string Name => name;

    (string, IReadOnlyDictionary<string, string>) IResourceWithConnectionString.Connection(Instance instance) =>
        (Server(instance).AmqpUri, Pieces.Of(instance.Port(name), RabbitMqServer.UserName, instance.Password(name), "amqp", null));

    internal RabbitMqServer Server(Instance instance) => new(
        Path.Combine(instance.Directory, name),
        new RabbitMqPorts(instance.Port(name), instance.Port(name + ".management"), instance.Port(name + ".distribution"), instance.Port(name + ".epmd")),
        instance.Password(name));
}

public sealed class ProjectResource(string name, string projectPath) : IResourceWithServiceDiscovery
{
    public string Name => name;

    internal string ProjectPath => projectPath;

    internal List<string> Arguments { get; } = [];

    internal Dictionary<string, Func<Instance, string>> Environment { get; } = [];

    internal List<(IResourceWithConnectionString Resource, string ConnectionName)> Connections { get; } = [];

    internal List<ProjectResource> Services { get; } = [];

    internal List<Wait> Waits { get; } = [];

    internal bool HasEndpoint { get; set; }

    /// <summary>Names of further endpoints, with the variable that tells the program the port.</summary>
    internal List<(string Name, string Variable)> FurtherEndpoints { get; } = [];

    internal int? FixedPort { get; set; }

    internal string? HealthPath { get; set; }

    internal TimeSpan StartDeadline { get; set; } = TimeSpan.FromMinutes(3);

    internal int Replicas { get; set; } = 1;
}

/// <summary>What must have happened to another resource before this one starts.</summary>
internal sealed record Wait(IResource Dependency, Awaited State);

/// <summary>What of another resource is waited for.</summary>
internal enum Awaited
{
    Started,
    Healthy,
    Completed,
}

internal static class Pieces
{
    public static IReadOnlyDictionary<string, string> Of(int port, string user, string password, string scheme, string? database)
    {
        var pieces = new Dictionary<string, string>
        {
            ["HOST"] = "127.0.0.1",
            ["PORT"] = $"{port}",
            ["USERNAME"] = user,
            ["PASSWORD"] = password,
            ["URI"] = $"{scheme}://{user}:{password}@127.0.0.1:{port}" + (database is null ? "" : "/" + database),
        };
        if (database is not null)
        {
            pieces["DATABASENAME"] = database;
        }

        return pieces;
    }
}
