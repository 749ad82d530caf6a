using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Npgsql;

namespace Wir.AppHost.Backup;

/// <summary>
/// <c>backup FILE</c> of an instance that runs. The services' databases are dumped as of one instant without stopping anything:
/// for the milliseconds in which the snapshots are taken, no transaction that emits or takes an event can commit anywhere.
/// So no dump knows the effect of an event that another dump does not know to have happened.
/// </summary>
internal static class BackupCommand
{
    // Held until every database has its snapshot. Writers wait for it; a writer that is under way is waited for.
    private const string LockSql = """
        do $$ declare t regclass; begin
            for t in select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relname in ('outbox_message', 'inbox_message') and c.relkind = 'r' order by 1
            loop execute format('lock table %s in share mode', t); end loop;
        end $$
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(string file, string data, CancellationToken cancellation)
    {
        if (file.Length == 0) throw new InvalidOperationException("backup needs the name of a file.");
        var instance = Instance.Open(data);
        if (!await PostgresTools.AnswersAsync(instance, cancellation))
        {
            throw new InvalidOperationException($"No instance runs in {data}; start it first: ./wir up --detach");
        }

        var clock = Stopwatch.StartNew();
        using var scratch = new Scratch();
        await using var snapshots = await TakeSnapshotsAsync(instance, await DatabasesAsync(instance, cancellation), cancellation);
        var entries = new List<DumpEntry>();
        foreach (var snapshot in snapshots.All)
        {
            entries.Add(await DumpAsync(instance, snapshot, scratch.Directory, cancellation));
        }

        var keys = instance.PathOf(Manifest.KeysFileName);
        if (File.Exists(keys)) File.Copy(keys, Path.Combine(scratch.Directory, Manifest.KeysFileName));
        await new Manifest(Manifest.CurrentFormat, snapshots.TakenAt, Version(), entries).WriteAsync(scratch.Directory, cancellation);
        await Manifest.PackAsync(scratch.Directory, file, cancellation);
        var size = new FileInfo(file).Length / 1048576.0;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{file}: {entries.Count} databases as of {snapshots.TakenAt:u}, {size:0.0} MiB, {clock.Elapsed.TotalSeconds:0.0} s; writers waited {snapshots.Held.TotalMilliseconds:0} ms"));
        return 0;
    }

    private static async Task<List<string>> DatabasesAsync(Instance instance, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(PostgresTools.ConnectionString(instance, "postgres") + ";Pooling=false");
        await using var command = source.CreateCommand("select datname from pg_database where not datistemplate and datname <> 'postgres' order by 1");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var databases = new List<string>();
        while (await reader.ReadAsync(cancellation)) databases.Add(reader.GetString(0));
        return databases;
    }

    private static async Task<Snapshots> TakeSnapshotsAsync(
        Instance instance, List<string> databases, CancellationToken cancellation)
    {
        var locks = new List<NpgsqlConnection>();
        var snapshots = new Snapshots();
        try
        {
            foreach (var database in databases)
            {
                locks.Add(await OpenAsync(PostgresTools.ConnectionString(instance, database), "begin", cancellation));
            }

            var clock = Stopwatch.StartNew();
            foreach (var connection in locks)
            {
                await ExecuteAsync(connection, $"set local lock_timeout = {(int)s_patience.TotalMilliseconds}; " + LockSql, cancellation);
            }

            foreach (var database in databases)
            {
                var connection = await OpenAsync(
                    PostgresTools.ConnectionString(instance, database), "begin isolation level repeatable read read only", cancellation);
                snapshots.All.Add(new Snapshot(database, connection, (string)(await ExecuteAsync(connection, "select pg_export_snapshot()", cancellation))!));
            }

            snapshots.TakenAt = DateTimeOffset.UtcNow;
            snapshots.Held = clock.Elapsed;
            return snapshots;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await snapshots.DisposeAsync();
            throw new InvalidOperationException($"A transaction has been writing for more than {s_patience.TotalSeconds:0} s; try again later.", e);
        }
        finally
        {
            foreach (var connection in locks)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private static async Task<DumpEntry> DumpAsync(Instance instance, Snapshot snapshot, string directory, CancellationToken cancellation)
    {
        var file = snapshot.Database + ".dump";
        var path = Path.Combine(directory, file);
        // Owners and rights are made by the next migration, not kept: the roles of the place where it is restored may be others.
        await PostgresTools.RunAsync(
            instance, "pg_dump", snapshot.Database,
            ["--format=custom", "--no-owner", "--no-privileges", $"--snapshot={snapshot.Id}", $"--file={path}"], cancellation);
        return new DumpEntry(
            snapshot.Database, file, await Manifest.HashAsync(path, cancellation),
            await PositionAsync(snapshot.Connection, "feed", cancellation), await PositionAsync(snapshot.Connection, "event_log", cancellation));
    }

    private static async Task<long?> PositionAsync(NpgsqlConnection connection, string counter, CancellationToken cancellation)
    {
        var schema = await ExecuteAsync(
            connection, "select quote_ident(n.nspname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = 'messaging_counter'", cancellation);
        return schema is null ? null : (long?)await ExecuteAsync(connection, $"select value from {schema}.messaging_counter where name = '{counter}'", cancellation);
    }

    internal static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, string begin, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        await ExecuteAsync(connection, begin, cancellation);
        return connection;
    }

    private static string Version() =>
        typeof(BackupCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private sealed record Snapshot(string Database, NpgsqlConnection Connection, string Id);

    /// <summary>They live as long as the transactions that exported them.</summary>
    private sealed class Snapshots : IAsyncDisposable
    {
        public List<Snapshot> All { get; } = [];

        public DateTimeOffset TakenAt { get; set; }

        public TimeSpan Held { get; set; }

        public async ValueTask DisposeAsync()
        {
            foreach (var snapshot in All)
            {
                await snapshot.Connection.DisposeAsync();
            }
        }
    }
}
