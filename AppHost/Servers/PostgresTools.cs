using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Wir.AppHost.Servers;

/// <summary>What the app model, backup and restore do with the instance's cluster.</summary>
internal static class PostgresTools
{
    private const string Installed = "/usr/lib/postgresql";

    /// <summary>Runs the server: <c>postgres.sh run DIRECTORY PORT</c>.</summary>
    public static string Script { get; } = Path.Combine(AppContext.BaseDirectory, "Servers", "postgres.sh");

    public static string ConnectionString(Instance instance, string? database = null) =>
        $"Host=127.0.0.1;Port={instance.Port("postgres")};Username={LocalPostgresResource.UserName};"
            + $"Password={instance.Password("postgres")}" + (database is null ? "" : $";Database={database}");

    /// <summary>
    /// Where the cluster is: in the instance's directory, unless PostgreSQL's user may not pass through to it
    /// (root's own clone below /root, which nobody else may enter).
    /// </summary>
    public static string DirectoryOf(Instance instance, string name)
    {
        var usual = instance.Setting($"{name}.directory", null, instance.PathOf(name));
        if (usual != instance.PathOf(name) || !Environment.IsPrivilegedProcess || MayEnter(instance.Directory)) return usual;
        var elsewhere = $"/var/lib/wir/{Guid.CreateVersion7():n}/{name}";
        Directory.CreateDirectory(Path.GetDirectoryName(elsewhere)!);
        Console.WriteLine($"The system user postgres may not enter {instance.Directory}; the databases are in {elsewhere}");
        return instance.Setting($"{name}.directory", elsewhere, usual);
    }

    public static async Task CreateDatabaseAsync(string server, string name, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection($"{server};Database=postgres;Pooling=false");
        await connection.OpenAsync(cancellation);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection);
        exists.Parameters.Add(new() { Value = name });
        if (await exists.ExecuteScalarAsync(cancellation) is not null) return;
        await using var create = new NpgsqlCommand($"""create database "{name}" """, connection);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Runs one of PostgreSQL's own programs (<c>pg_dump</c>, <c>pg_restore</c>) on a database of the instance.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it wrote.</exception>
    public static async Task RunAsync(
        Instance instance, string program, string database, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var version = File.ReadAllText(Path.Combine(DirectoryOf(instance, "postgres"), "data", "PG_VERSION")).Trim();
        var info = new ProcessStartInfo(
            Path.Combine(Installed, version, "bin", program),
            ["--host=127.0.0.1", $"--port={instance.Port("postgres")}", $"--username={LocalPostgresResource.UserName}", $"--dbname={database}", .. arguments])
        {
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = instance.Password("postgres") },
        };
        using var process = Process.Start(info)!;
        var error = await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {error.Trim()}");
    }

    /// <summary>Runs the cluster for as long as the work takes; for an instance that does not run.</summary>
    public static async Task WithServerAsync(Instance instance, Func<Task> work, CancellationToken cancellation)
    {
        var port = instance.Port("postgres").ToString(CultureInfo.InvariantCulture);
        using var server = Process.Start(new ProcessStartInfo("sh", [Script, "run", DirectoryOf(instance, "postgres"), port])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["POSTGRES_PASSWORD"] = instance.Password("postgres") },
        })!;
        var output = server.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = server.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            for (var attempt = 0; !await AnswersAsync(instance, cancellation); attempt++)
            {
                if (!server.HasExited && attempt < 600) await Task.Delay(100, cancellation);
                else throw new InvalidOperationException($"PostgreSQL did not start:\n{(server.HasExited ? await error + await output : "no answer")}");
            }

            await work();
        }
        finally
        {
            if (!server.HasExited) using (var stop = Process.Start("kill", ["-TERM", $"{server.Id}"])) await stop.WaitForExitAsync(CancellationToken.None);
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    public static async Task<bool> AnswersAsync(Instance instance, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString(instance, "postgres") + ";Pooling=false;Timeout=3");
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static bool MayEnter(string directory)
    {
        using var test = Process.Start("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", "test", "-x", directory]);
        test.WaitForExit();
        return test.ExitCode == 0;
    }
}
