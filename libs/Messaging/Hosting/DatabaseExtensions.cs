using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Wir.Messaging.Storage;

namespace Wir.Messaging;

/// <summary>Registration of a service's database.</summary>
public static class DatabaseExtensions
{
    /// <summary>Statements that a connection keeps prepared; those of a service's busy paths are fewer.</summary>
    private const int PreparedStatements = 100;

    /// <summary>Registers the data source, the context (scoped) and the health check of the service's own database.</summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="connectionName">Name of the connection string and of the database in traces, for example <c>registrydb</c>.</param>
    public static IHostApplicationBuilder AddServiceDatabase<TDb>(this IHostApplicationBuilder builder, string connectionName) where TDb : ServiceDb
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => CreateDataSource(provider.GetRequiredService<IConfiguration>(), connectionName));
        services.AddSingleton(new SchemaName(SchemaOf<TDb>()));
        services.AddSingleton<CommitSignal>();
        services.AddSingleton<CommitInterceptor>();
        services.AddDbContext<TDb>((provider, options) => options
            .UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>(), npgsql => npgsql.MigrationsHistoryTable("ef_migration"))
            .AddInterceptors(provider.GetRequiredService<CommitInterceptor>()));
        services.AddScoped<ServiceDb>(provider => provider.GetRequiredService<TDb>());
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database", HealthStatus.Unhealthy, ["ready"], TimeSpan.FromSeconds(5));
        return builder;
    }

    /// <summary>The schema is a constant of the type; reading it needs no connection and no options.</summary>
    internal static string SchemaOf<TDb>() where TDb : ServiceDb => ((TDb)RuntimeHelpers.GetUninitializedObject(typeof(TDb))).Schema;

    private static NpgsqlDataSource CreateDataSource(IConfiguration configuration, string connectionName)
    {
        // Whoever writes a migration needs the model and no database.
        var connectionString = configuration.GetConnectionString(connectionName) ?? (EF.IsDesignTime ? "Host=nowhere" : null)
            ?? throw new InvalidOperationException($"The connection string '{connectionName}' is missing.");
        // Named, because the name goes into traces and metrics, where the connection string would else stand.
        var builder = new NpgsqlDataSourceBuilder(connectionString) { Name = connectionName };
        // Parsing and planning cost the database more than most statements of this platform do.
        builder.ConnectionStringBuilder.MaxAutoPrepare = PreparedStatements;
        return builder.Build();
    }

    private sealed class DatabaseCheck(NpgsqlDataSource source) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var command = source.CreateCommand("select 1");
                await command.ExecuteScalarAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (NpgsqlException)
            {
                return HealthCheckResult.Unhealthy("The database cannot be reached.");
            }
        }
    }
}
