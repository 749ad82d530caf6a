using Npgsql;

namespace Wir.TestKit;

/// <summary>A database of its own for a test class; it is dropped at the end.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _server;

    private TestDatabase(string server, string name)
    {
        _server = server;
        Name = name;
    }

    public string Name { get; }

    /// <summary>For the superuser who owns the database.</summary>
    public string ConnectionString => $"{_server};Database={Name}";

    /// <summary>An empty database.</summary>
    public static Task<TestDatabase> CreateAsync() => CopyAsync("template1", "test");

    /// <summary>
    /// A copy of a template that is migrated once per test run; copying takes some 50 ms. Several test processes may ask for the
    /// same template at once: the first one makes it, the others wait.
    /// </summary>
    /// <param name="template">Names the template, lower-case letters only: <c>registry</c>.</param>
    /// <param name="migrate">Makes the template's content, given its connection string. It must leave no open connection but pooled ones.</param>
    public static async Task<TestDatabase> CreateAsync(string template, Func<string, Task> migrate)
    {
        var server = await TestServers.Current.GetPostgresAsync();
        await using (var connection = await OpenAsync(server))
        {
            // A session's lock: it goes with the connection, however this process ends.
            await ExecuteAsync(connection, $"select pg_advisory_lock(hashtext('wir.template.{template}'))");
            await using var exists = new NpgsqlCommand($"select count(*) from pg_database where datname = 'template_{template}'", connection);
            if (await exists.ExecuteScalarAsync() is 0L)
            {
                await MakeTemplateAsync(connection, server, template, migrate);
            }
        }

        return await CopyAsync("template_" + template, template);
    }

    public async ValueTask DisposeAsync()
    {
        await using (var own = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(own);
        }

        await using var connection = await OpenAsync(_server);
        await ExecuteAsync(connection, $"drop database if exists {Name} with (force)");
    }

    private static async Task MakeTemplateAsync(NpgsqlConnection connection, string server, string template, Func<string, Task> migrate)
    {
        // Renamed when complete: a failed migration leaves no half template behind.
        var building = $"building_{template}";
        await ExecuteAsync(connection, $"drop database if exists {building} with (force)");
        await ExecuteAsync(connection, $"create database {building}");
        await migrate($"{server};Database={building}");
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync(connection, $"alter database {building} allow_connections false");
        await ExecuteAsync(connection, $"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{building}'");
        await ExecuteAsync(connection, $"alter database {building} rename to template_{template}");
    }

    private static async Task<TestDatabase> CopyAsync(string template, string prefix)
    {
        var server = await TestServers.Current.GetPostgresAsync();
        var name = $"{prefix}_{Guid.CreateVersion7():n}";
        await using var connection = await OpenAsync(server);
        // Two copies of one template at the same moment refuse each other.
        await ExecuteAsync(connection, $"select pg_advisory_lock(hashtext('wir.copy.{template}'))");
        await ExecuteAsync(connection, $"create database {name} template {template}");
        return new TestDatabase(server, name);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string server)
    {
        var connection = new NpgsqlConnection(server + ";Database=postgres;Pooling=false;Command Timeout=120");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
