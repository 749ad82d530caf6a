using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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
            .AddInterceptors(provider.GetRequiredService<CommitInterceptor>())
            // Whoever catches the exception writes it into the log, once.
            .ConfigureWarnings(warnings => warnings.Log(
                (RelationalEventId.ConnectionError, LogLevel.Debug), (RelationalEventId.CommandError, LogLevel.Debug),
                (RelationalEventId.TransactionError, LogLevel.Debug), (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                (CoreEventId.SaveChangesFailed, LogLevel.Debug))));
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
        // A sort that is larger than its memory writes a file of some 400 kB, which a full disk refuses; nothing is kept.
        private const string UseDisk = """
            set local work_mem = '64kB';
            select count(*) from (select g from generate_series(1, 20000) g order by -g offset 1) sorted;
            """;

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await using var command = new NpgsqlCommand(UseDisk, connection, transaction);
                await command.ExecuteScalarAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DiskFull)
            {
                // What is stored can still be read.
                return HealthCheckResult.Degraded("The database's disk is full: nothing can be stored.");
            }
            catch (NpgsqlException)
            {
                return HealthCheckResult.Unhealthy("The database cannot be reached.");
            }
        }
    }
}
