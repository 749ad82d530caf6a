using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Wir.AppHost.Servers;

/// <summary>A PostgreSQL cluster of the instance's own: a process on loopback, its data in the instance's directory.</summary>
internal sealed class LocalPostgresResource(string name, Instance instance, ParameterResource password)
    : ExecutableResource(name, "sh", instance.Directory), IResourceWithConnectionString
{
    /// <summary>Runs the server: <c>postgres.sh run DIRECTORY PORT</c>.</summary>
    public static string Script { get; } = Path.Combine(AppContext.BaseDirectory, "Servers", "postgres.sh");

    public EndpointReference Endpoint => new(this, "tcp");

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={Endpoint.Property(EndpointProperty.Host)};Port={Endpoint.Property(EndpointProperty.Port)};Username=postgres;Password={password}");
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
        return builder.AddResource(new LocalPostgresResource(name, instance, password.Resource))
            .WithArgs(LocalPostgresResource.Script, "run", instance.PostgresDirectory(name), $"{instance.Port(name)}")
            .WithEnvironment("POSTGRES_PASSWORD", password)
            .WithLoopbackEndpoint("tcp", "tcp", instance.Port(name))
            .WithSqlCheck();
    }

    /// <param name="builder">The server.</param>
    /// <param name="name">Of the resource and of the database.</param>
    public static IResourceBuilder<LocalPostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<LocalPostgresResource> builder, string name)
    {
        var database = new LocalPostgresDatabaseResource(name, builder.Resource);
        builder.OnResourceReady(async (server, ready, cancellation) =>
        {
            await CreateAsync((await server.ConnectionStringExpression.GetValueAsync(cancellation))!, name, cancellation);
            await ready.Services.GetRequiredService<ResourceNotificationService>()
                .PublishUpdateAsync(database, state => state with { State = KnownResourceStates.Running });
        });
        return builder.ApplicationBuilder.AddResource(database)
            .WithInitialState(new() { ResourceType = "Database", Properties = [], State = KnownResourceStates.Waiting })
            .WithSqlCheck();
    }

    public static async Task CreateAsync(string server, string name, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create($"{server};Database=postgres;Pooling=false");
        await using var exists = source.CreateCommand("select 1 from pg_database where datname = $1");
        exists.Parameters.Add(new() { Value = name });
        if (await exists.ExecuteScalarAsync(cancellation) is not null) return;
        await using var create = source.CreateCommand($"""create database "{name}" """);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Healthy when it answers a statement.</summary>
    private static IResourceBuilder<T> WithSqlCheck<T>(this IResourceBuilder<T> builder) where T : IResourceWithConnectionString
    {
        // The endpoint has its kept port from the beginning, so the value is there without waiting.
        builder.ApplicationBuilder.Services.AddHealthChecks().AddNpgSql(
            _ => builder.Resource.ConnectionStringExpression.GetValueAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult()
                + ";Pooling=false;Timeout=3;Command Timeout=3",
            name: builder.Resource.Name);
        return builder.WithHealthCheck(builder.Resource.Name).WithIconName("Database");
    }
}
