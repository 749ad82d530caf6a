using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Wir.AppHost.Servers;

namespace Wir.AppHost.Backup;

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

    public static async Task<int> RunAsync(string file, string data, CancellationToken cancellation)
    {
        if (file.Length == 0) throw new InvalidOperationException("restore needs the name of a file.");
        var instance = Instance.Open(data);
        using var host = await instance.ClaimAsync();
        if (Directory.Exists(Path.Combine(instance.PostgresDirectory("postgres"), "data")))
        {
            throw new InvalidOperationException($"There are databases in {data} already. Restore into a directory without any: --data DIR");
        }

        var clock = Stopwatch.StartNew();
        using var scratch = new Scratch();
        var manifest = await Manifest.UnpackAsync(file, scratch.Directory, cancellation);
        await PostgresTools.WithServerAsync(instance, () => RestoreAsync(instance, manifest, scratch.Directory, cancellation), cancellation);
        CopyKeys(scratch.Directory, instance.Directory);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{manifest.Databases.Count} databases as of {manifest.CreatedAt:u} are in {data} ({clock.Elapsed.TotalSeconds:0.0} s). Start it: ./wir up --data {data}"));
        return 0;
    }

    private static async Task RestoreAsync(Instance instance, Manifest manifest, string directory, CancellationToken cancellation)
    {
        foreach (var dump in manifest.Databases)
        {
            await LocalPostgresExtensions.CreateAsync(PostgresTools.ConnectionString(instance), dump.Name, cancellation);
            await PostgresTools.RunAsync(
                instance, "pg_restore", dump.Name,
                ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", Path.Combine(directory, dump.File)], cancellation);
            await SendAgainAsync(PostgresTools.ConnectionString(instance, dump.Name), manifest.CreatedAt, cancellation);
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
