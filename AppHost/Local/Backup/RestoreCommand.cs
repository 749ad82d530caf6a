using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Wir.AppHost.Local.Backup;

/// <summary>
/// <c>restore FILE</c> into an instance that has no databases yet. The broker starts empty. So what a service had sent in the days
/// before the backup is put back into its outbox: who had taken an event knows it by its inbox, who had not gets it now.
/// </summary>
internal static class RestoreCommand
{
    // Shorter than the inbox remembers (7 days): what is sent again must be recognised.
    private const string SentAgain = "6 days";

    private const string ResendSql = """
        insert into $schema.outbox_message
            (id, aggregate_type, aggregate_id, sequence, type, area, payload, trace_parent, correlation_id, causation_id, occurred_at, created_at, logged)
        select id, aggregate_type, aggregate_id, sequence, type, area, payload, trace_parent, correlation_id, causation_id, occurred_at, created_at, true
        from $schema.event_log
        where logged_at > $1 - interval '$days' and id not in (select id from $schema.outbox_message)
        order by position
        """;

    // The inbox forgets by age, and a backup may be old: what it knows counts from now on.
    private const string RememberSql = "update $schema.inbox_message set received_at = clock_timestamp()";

    public static async Task<int> RunAsync(string? file, Instance instance, ICollection<IResource> resources, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(file)) throw new InvalidOperationException("restore needs the name of a file.");
        var server = resources.OfType<PostgresServerResource>().Single();
        using var host = Engine.LockHost(instance.Directory);
        if (Directory.Exists(Path.Combine(instance.PostgresDirectory(server.Name), "data")))
        {
            throw new InvalidOperationException($"There are databases in {instance.Directory} already. Restore into a directory without any: --data DIR");
        }

        var clock = Stopwatch.StartNew();
        using var scratch = new Scratch();
        var manifest = await Manifest.UnpackAsync(file, scratch.Directory, cancellation);
        if (manifest.Databases.Select(d => d.Name).Except(server.Databases.Select(d => d.DatabaseName)).FirstOrDefault() is { } unknown)
        {
            throw new InvalidOperationException($"{file} holds a database that this version does not have: {unknown}");
        }

        await instance.PrepareAsync(resources, cancellation);
        await WithServerAsync(server.Server(instance), Instance.LogPath(instance.Directory, server.Name), async postgres =>
        {
            foreach (var dump in manifest.Databases)
            {
                await ChildProcess.RunAsync(
                    postgres.Tool("pg_restore", dump.Name, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", Path.Combine(scratch.Directory, dump.File)),
                    cancellation);
                await SendAgainAsync(postgres.ConnectionString(dump.Name), manifest.CreatedAt, cancellation);
            }
        });
        CopyKeys(scratch.Directory, instance.Directory);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{manifest.Databases.Count} databases as of {manifest.CreatedAt:u} lie in {instance.Directory} ({clock.Elapsed.TotalSeconds:0.0} s). Start it: ./wir up --data {instance.Directory}"));
        return 0;
    }

    private static async Task WithServerAsync(PostgresServer server, string logPath, Func<PostgresServer, Task> work)
    {
        using var watcher = new Watcher();
        using var log = new LogFile(logPath);
        var child = ChildProcess.Start(await server.PrepareAsync(CancellationToken.None), log, watcher);
        try
        {
            if (!await Health.WaitAsync(server, child.Exited, TimeSpan.FromSeconds(60), CancellationToken.None))
            {
                throw new InvalidOperationException($"PostgreSQL did not start:{Environment.NewLine}{string.Join(Environment.NewLine, log.Tail())}");
            }

            await server.OnHealthyAsync(CancellationToken.None);
            await work(server);
        }
        finally
        {
            await child.StopAsync();
        }
    }

    private static async Task SendAgainAsync(string connectionString, DateTimeOffset takenAt, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        var schema = (string?)await BackupCommand.ExecuteAsync(
            connection, "select quote_ident(n.nspname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = 'outbox_message'", cancellation);
        if (schema is null) return;

        await using var resend = new NpgsqlCommand(
            ResendSql.Replace("$schema", schema, StringComparison.Ordinal).Replace("$days", SentAgain, StringComparison.Ordinal), connection)
        {
            Parameters = { new() { Value = takenAt.UtcDateTime } },
        };
        await resend.ExecuteNonQueryAsync(cancellation);
        await BackupCommand.ExecuteAsync(connection, RememberSql.Replace("$schema", schema, StringComparison.Ordinal), cancellation);
    }

    private static void CopyKeys(string from, string to)
    {
        var keys = Path.Combine(from, Manifest.KeysFileName);
        if (!File.Exists(keys)) return;
        var path = Path.Combine(to, Manifest.KeysFileName);
        File.Copy(keys, path, overwrite: true);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
