using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Wir.AppHost.Servers;

namespace Wir.AppHost.Backup;

/// <summary>PostgreSQL's own programs on the instance's cluster, for backup and restore.</summary>
internal static class PostgresTools
{
    private const string Installed = "/usr/lib/postgresql";

    public static string ConnectionString(Instance instance, string? database = null) =>
        $"Host=127.0.0.1;Port={instance.Port("postgres")};Username=postgres;"
            + $"Password={instance.Password("postgres")}" + (database is null ? "" : $";Database={database}");

    /// <summary>Runs one of PostgreSQL's own programs (<c>pg_dump</c>, <c>pg_restore</c>) on a database of the instance.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it wrote.</exception>
    public static async Task RunAsync(
        Instance instance, string program, string database, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var version = File.ReadAllText(Path.Combine(instance.PostgresDirectory("postgres"), "data", "PG_VERSION")).Trim();
        var info = new ProcessStartInfo(
            Path.Combine(Installed, version, "bin", program),
            ["--host=127.0.0.1", $"--port={instance.Port("postgres")}", $"--username=postgres", $"--dbname={database}", .. arguments])
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
        using var server = Process.Start(new ProcessStartInfo("sh", [LocalPostgresResource.Script, "run", instance.PostgresDirectory("postgres"), port])
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
}
