using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wir.Messaging.Broker;
using Wir.Messaging.Storage;
using Wir.ServiceDefaults.OpenApi;

namespace Wir.Messaging;

/// <summary>The ways to start a service: <c>migrate</c>, <c>openapi FILE</c>, and to serve.</summary>
public static partial class ServiceRunner
{
    private static readonly TimeSpan s_databasePatience = TimeSpan.FromMinutes(1);

    /// <summary>
    /// With <c>migrate</c> as first argument: applies migrations, makes partitions, deploys the broker's topology, loads seed data into an
    /// empty database and ends. With <c>openapi FILE</c>: writes the API's description and ends. Otherwise serves until told to stop.
    /// </summary>
    /// <param name="app">The built service.</param>
    /// <param name="args">The process's arguments.</param>
    /// <param name="seed">Loads start data from the directory that <c>Wir:Seed</c> names. Called until it has succeeded once, never after;
    /// it may be called again after having failed half-way, so it inserts what is missing.</param>
    /// <param name="seedsEachTime">True when <paramref name="seed"/> is called by every <c>migrate</c>: it adds what
    /// later releases have brought, and knows by itself what is there.</param>
    /// <returns>The process's exit code: 1 when migrating failed, with one line on standard error.</returns>
    public static async Task<int> RunServiceAsync<TDb>(
        this WebApplication app, string[] args, Func<IServiceProvider, string, CancellationToken, Task>? seed = null,
        bool seedsEachTime = false) where TDb : ServiceDb
    {
        if (args is ["openapi", var file])
        {
            await app.WriteOpenApiAsync(file);
            return 0;
        }

        if (args is not ["migrate", ..])
        {
            await app.RunAsync();
            return 0;
        }

        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ServiceRunner).FullName!);
        try
        {
            await MigrateAsync<TDb>(app.Services, logger, CancellationToken.None);
            if (seed is not null) await SeedAsync<TDb>(app.Services, seed, seedsEachTime, logger);
            return 0;
        }
#pragma warning disable CA1031 // Whatever went wrong: the caller needs an exit code and a line that says it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.Failed(logger, e);
            await Console.Error.WriteLineAsync($"{DatabaseExtensions.SchemaOf<TDb>()} migrate failed: {e.GetBaseException().Message.ReplaceLineEndings(" ")}");
            return 1;
        }
        finally
        {
            await app.DisposeAsync();
        }
    }

    private static async Task MigrateAsync<TDb>(IServiceProvider services, ILogger logger, CancellationToken ct) where TDb : ServiceDb
    {
        var time = services.GetRequiredService<TimeProvider>();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        await WaitForDatabaseAsync(db, time, ct);
        // Made beforehand: the first thing MigrateAsync does is to read it, and a missing table would stand in the log as an error.
        await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(ct);
        // With nothing to apply, MigrateAsync would still build the last migration's model and compare it.
        // A migration that mends stored rows takes as long as there are rows.
        db.Database.SetCommandTimeout(TimeSpan.FromHours(2));
        if ((await db.Database.GetPendingMigrationsAsync(ct)).Any()) await db.Database.MigrateAsync(ct);
        if (services.GetService<TopologyDeployer>() is { } topology)
        {
            await Partitions.EnsureAsync(services.GetRequiredService<NpgsqlDataSource>(), db.Schema, time.GetUtcNow(), ct);
            await topology.DeployAsync(ct);
            await services.GetRequiredService<RuntimeIdentity>().EnsureAsync(
                services.GetRequiredService<NpgsqlDataSource>(), db.Schema, services.GetRequiredService<BusFactory>().Address, ct);
        }

        Log.Migrated(logger, db.Schema);
    }

    private static async Task WaitForDatabaseAsync(ServiceDb db, TimeProvider time, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                await db.Database.OpenConnectionAsync(ct);
                await db.Database.CloseConnectionAsync();
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
            {
                await db.GetService<IRelationalDatabaseCreator>().CreateAsync(ct);
                return;
            }
            catch (NpgsqlException e) when (e.IsTransient && time.GetElapsedTime(start) < s_databasePatience)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
            }
        }
    }

    private static async Task SeedAsync<TDb>(
        IServiceProvider services, Func<IServiceProvider, string, CancellationToken, Task> seed, bool eachTime,
        ILogger logger)
        where TDb : ServiceDb
    {
        var ct = CancellationToken.None;
        var directory = services.GetRequiredService<IConfiguration>()["Wir:Seed"];
        if (string.IsNullOrEmpty(directory)) return;
        if (!Directory.Exists(directory)) throw new DirectoryNotFoundException($"Wir:Seed names '{directory}', which does not exist.");

        var schema = DatabaseExtensions.SchemaOf<TDb>();
        var source = services.GetRequiredService<NpgsqlDataSource>();
        // Two migrations at once must not both load: the second waits here and then finds the marker.
        await using var connection = await source.OpenConnectionAsync(ct);
        await ExecuteAsync(connection, $"select pg_advisory_lock(hashtext('wir.seed.{schema}'))", ct);
        var marker = await ExecuteAsync(connection, $"select 1 from {schema}.messaging_marker where name = 'seed'", ct);
        var isSeeded = marker is not null;
        if (isSeeded && !eachTime) return;

        await using (var scope = services.CreateAsyncScope())
        {
            await seed(scope.ServiceProvider, directory, ct);
        }

        if (isSeeded) return;
        await ExecuteAsync(connection, $"insert into {schema}.messaging_marker (name) values ('seed')", ct);
        Log.Seeded(logger, schema, directory);
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(ct);
    }

    private static partial class Log
    {
        [LoggerMessage(1050, LogLevel.Information, "{Service} is migrated")]
        public static partial void Migrated(ILogger logger, string service);

        [LoggerMessage(1051, LogLevel.Information, "{Service} has its start data from {Directory}")]
        public static partial void Seeded(ILogger logger, string service, string directory);

        [LoggerMessage(1052, LogLevel.Debug, "Migrating failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
