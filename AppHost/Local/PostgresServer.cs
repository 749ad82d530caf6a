using System.Globalization;
using System.Text;
using Npgsql;

namespace Wir.AppHost.Local;

/// <summary>A private PostgreSQL cluster on loopback.</summary>
/// <param name="directory">Holds the cluster; made when missing.</param>
/// <param name="port">TCP port on 127.0.0.1; there is no Unix socket (its path may be at most 107 bytes long).</param>
/// <param name="password">Of the superuser <c>postgres</c>; taken when the cluster is made.</param>
/// <param name="durable">False for throw-away clusters of tests only: nothing is flushed to disk.</param>
internal sealed class PostgresServer(string directory, int port, string password, bool durable = true) : IRunnable
{
    public const string UserName = "postgres";

    private readonly List<string> _databases = [];

    public string ConnectionString(string? database = null) =>
        $"Host=127.0.0.1;Port={port};Username={UserName};Password={password}" + (database is null ? "" : $";Database={database}");

    public void AddDatabase(string name) => _databases.Add(name);

    public async Task<ProcessSpec> PrepareAsync(CancellationToken cancellation)
    {
        var programs = FindPrograms();
        if (!Directory.Exists(Path.Combine(directory, "data")))
        {
            await CreateClusterAsync(programs, cancellation);
        }

        RemoveStaleLock();
        List<string> settings =
        [
            "listen_addresses=127.0.0.1", $"port={port}", "unix_socket_directories=",
            "max_connections=200", "shared_buffers=64MB", "work_mem=8MB", "maintenance_work_mem=64MB", "max_wal_size=512MB",
            "autovacuum_max_workers=2", "jit=off", "timezone=UTC", "log_timezone=UTC", "log_line_prefix=%m [%p] %u@%d ",
        ];
        if (!durable)
        {
            settings.AddRange(["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"]);
        }

        return new ProcessSpec(Path.Combine(programs, "postgres"), ["-D", Path.Combine(directory, "data"), .. settings.SelectMany(s => new[] { "-c", s })])
        {
            // INT is "fast": sessions are ended and a checkpoint is written. QUIT leaves all to recovery.
            StopSignal = durable ? Signal.Int : Signal.Quit,
            StopDeadline = TimeSpan.FromSeconds(60),
        }.AsPostgresUser();
    }

    public async Task<bool> IsHealthyAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionString() + ";Database=postgres;Pooling=false;Timeout=3;Command Timeout=3");
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("select 1", connection);
        return await command.ExecuteScalarAsync(cancellation) is 1;
    }

    public async Task OnHealthyAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionString() + ";Database=postgres;Pooling=false");
        await connection.OpenAsync(cancellation);
        foreach (var database in _databases)
        {
            await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = database } } };
            if (await exists.ExecuteScalarAsync(cancellation) is null)
            {
                await using var create = new NpgsqlCommand($"""create database "{database}" """, connection);
                await create.ExecuteNonQueryAsync(cancellation);
            }
        }
    }

    /// <summary>One of PostgreSQL's own programs, as the superuser on one database of this server.</summary>
    public ProcessSpec Tool(string program, string database, params string[] arguments) =>
        new(Path.Combine(FindPrograms(), program), ["--host=127.0.0.1", $"--port={port}", $"--username={UserName}", $"--dbname={database}", .. arguments])
        {
            Environment = new Dictionary<string, string?> { ["PGPASSWORD"] = password },
        };

    /// <summary>Whether the user that the server runs as may enter a directory: as root that is postgres, whom /root refuses.</summary>
    public static async Task<bool> CanEnterAsync(string directory, CancellationToken cancellation)
    {
        try
        {
            await ChildProcess.RunAsync(new ProcessSpec("test", "-x", directory).AsPostgresUser(), cancellation);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private async Task CreateClusterAsync(string programs, CancellationToken cancellation)
    {
        await ChildProcess.RunAsync(
            Environment.IsPrivilegedProcess
                ? new ProcessSpec("install", "-d", "-o", "postgres", "-g", "postgres", "-m", "700", directory)
                : new ProcessSpec("install", "-d", "-m", "700", directory),
            cancellation);

        // Made under another name and renamed: an interrupted initdb leaves nothing that looks like a cluster.
        const string script = """
            umask 077; cd "$1" && rm -rf data.new && cat > password || exit 1
            "$2/initdb" -D data.new -U postgres --auth=scram-sha-256 --pwfile=password --encoding=UTF8 --locale=C.UTF-8 --no-instructions $3
            code=$?; rm -f password; [ $code -eq 0 ] && mv data.new data
            """;
        await ChildProcess.RunAsync(new ProcessSpec("sh", "-c", script, "sh", directory, programs, durable ? "" : "--no-sync") { Input = password }.AsPostgresUser(), cancellation);
    }

    /// <summary>The newest installed version, or the one that made the cluster.</summary>
    private string FindPrograms()
    {
        const string root = "/usr/lib/postgresql";
        var versionFile = Path.Combine(directory, "data", "PG_VERSION");
        var installed = Directory.Exists(root)
            ? Directory.GetDirectories(root).Select(Path.GetFileName).Where(v => File.Exists($"{root}/{v}/bin/initdb"))
                .Select(v => int.Parse(v!, CultureInfo.InvariantCulture)).Where(v => v >= 15).ToList()
            : [];
        var wanted = File.Exists(versionFile)
            ? int.Parse(File.ReadAllText(versionFile), CultureInfo.InvariantCulture)
            : installed.DefaultIfEmpty(15).Max();
        return installed.Contains(wanted)
            ? $"{root}/{wanted}/bin"
            : throw new InvalidOperationException($"PostgreSQL {wanted} is not installed below {root}. On Debian: apt-get install postgresql-{wanted}");
    }

    /// <summary>
    /// A lock file that a crash left behind names a process id that somebody else may have by now; the server would refuse to start.
    /// </summary>
    private void RemoveStaleLock()
    {
        var data = Path.Combine(directory, "data");
        var file = Path.Combine(data, "postmaster.pid");
        if (!File.Exists(file))
        {
            return;
        }

        var id = File.ReadLines(file).First().Trim();
        var commandLine = File.Exists($"/proc/{id}/cmdline") ? Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{id}/cmdline")) : "";
        if (!commandLine.Contains(data, StringComparison.Ordinal))
        {
            File.Delete(file);
        }
    }
}
