using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Wir.AppHost.Servers;

/// <summary>A PostgreSQL cluster of the instance's own: a process on loopback, its data in the instance's directory.</summary>
internal sealed class LocalPostgresResource(string name, Instance instance, ParameterResource password)
    : ExecutableResource(name, "sh", instance.Directory), IResourceWithConnectionString
{
    public const string UserName = "postgres";

    public ParameterResource Password { get; } = password;

    public EndpointReference Endpoint => new(this, "tcp");

    /// <summary>Holds the cluster.</summary>
    public string DataDirectory { get; } = PostgresTools.DirectoryOf(instance, name);

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={Endpoint.Property(EndpointProperty.Host)};Port={Endpoint.Property(EndpointProperty.Port)};Username={UserName};Password={Password}");
}

/// <summary>A database in a <see cref="LocalPostgresResource"/>; created when the server is ready.</summary>
internal sealed class LocalPostgresDatabaseResource(string name, LocalPostgresResource parent)
    : Resource(name), IResourceWithParent<LocalPostgresResource>, IResourceWithConnectionString
{
    public LocalPostgresResource Parent => parent;

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{parent};Database={Name}");
}

internal static class LocalPostgresExtensions
{
    public static IResourceBuilder<LocalPostgresResource> AddLocalPostgres(
        this IDistributedApplicationBuilder builder, string name, Instance instance)
    {
        var password = builder.AddParameter($"{name}password", new KeptPassword(instance, name), secret: true);
        var server = new LocalPostgresResource(name, instance, password.Resource);
        builder.Services.AddHealthChecks().AddCheck(name, new PostgresCheck(server));
        return builder.AddResource(server)
            .WithArgs(PostgresTools.Script, "run", server.DataDirectory, $"{instance.Port(name)}")
            .WithEnvironment("POSTGRES_PASSWORD", password)
            .WithLoopbackEndpoint("tcp", "tcp", instance.Port(name))
            .WithHealthCheck(name)
            .WithIconName("Database");
    }

    /// <param name="builder">The server.</param>
    /// <param name="name">Of the resource and of the database.</param>
    public static IResourceBuilder<LocalPostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<LocalPostgresResource> builder, string name)
    {
        var database = new LocalPostgresDatabaseResource(name, builder.Resource);
        builder.ApplicationBuilder.Services.AddHealthChecks().AddCheck(name, new PostgresCheck(database));
        builder.OnResourceReady(async (server, ready, cancellation) =>
        {
            var address = await server.ConnectionStringExpression.GetValueAsync(cancellation);
            await PostgresTools.CreateDatabaseAsync(address!, name, cancellation);
            await ready.Services.GetRequiredService<ResourceNotificationService>()
                .PublishUpdateAsync(database, state => state with { State = KnownResourceStates.Running });
        });
        return builder.ApplicationBuilder.AddResource(database)
            .WithInitialState(new() { ResourceType = "Database", Properties = [], State = KnownResourceStates.Waiting })
            .WithHealthCheck(name)
            .WithIconName("Database");
    }

    /// <summary>Healthy when the server answers a statement.</summary>
    private sealed class PostgresCheck(IResourceWithConnectionString resource) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                var address = await resource.GetConnectionStringAsync(cancellationToken);
                await using var connection = new NpgsqlConnection($"{address};Pooling=false;Timeout=3;Command Timeout=3");
                await connection.OpenAsync(cancellationToken);
                await using var command = new NpgsqlCommand("select 1", connection);
                return await command.ExecuteScalarAsync(cancellationToken) is 1 ? HealthCheckResult.Healthy() : new(HealthStatus.Unhealthy);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                return HealthCheckResult.Unhealthy(e.Message);
            }
        }
    }
}
