using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Npgsql;
using Wir.AppHost.Backup;
using Wir.AppHost.Servers;
using Wir.Messaging.Storage;
using Wir.TestKit;
using Wir.TestKit.Servers;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary>Backup and restore of two databases between which events go, with the real tables of messaging and a real server.</summary>
[Lane(Lane.Functional)]
public sealed class BackupTests : IAsyncDisposable
{
    private readonly Instance _source = Instance.Open(ServerDirectory.Create("wir-backup-test-"));
    private readonly Instance _target = Instance.Open(ServerDirectory.Create("wir-backup-test-"));
    private readonly CancellationTokenSource _stop = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _stop.Dispose();
        Directory.Delete(_source.Directory, recursive: true);
        Directory.Delete(_target.Directory, recursive: true);
    }

    [Fact]
    public async Task A_backup_under_load_is_of_one_instant_and_what_was_on_its_way_is_sent_again()
    {
        var file = _source.PathOf("backup.tar");
        await WithSourceAsync(async () =>
        {
            await CreateTablesAsync("senderdb");
            await CreateTablesAsync("takerdb");
            await File.WriteAllTextAsync(_source.PathOf("keys.json"), """{ "reader": "secret" }""");
            var writers = Enumerable.Range(0, 4).Select(_ => WriteAsync(_stop.Token)).ToList();
            await Eventually.TrueAsync(async () => await CountAsync(_source, "takerdb", "inbox_message") > 200, "events flow");

            Assert.Equal(0, await BackupCommand.RunAsync(file, _source.Directory, CancellationToken.None));

            await _stop.CancelAsync();
            await Task.WhenAll(writers);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(0, await RestoreCommand.RunAsync(file, _target.Directory, CancellationToken.None));
            Assert.Contains("secret", await File.ReadAllTextAsync(_target.PathOf("keys.json")), StringComparison.Ordinal);
            // What the restore has chosen.
            var target = Instance.Open(_target.Directory);
            await PostgresTools.WithServerAsync(target, async () =>
            {
                var sent = await IdsAsync(target, "senderdb", "select id from shop.event_log");
                var again = await IdsAsync(target, "senderdb", "select id from shop.outbox_message where logged");
                var taken = await IdsAsync(target, "takerdb", "select message_id from shop.inbox_message");
                Assert.True(taken.Count > 200);
                Assert.Subset(sent, taken);
                Assert.Equal(sent.Order(), again.Order());
                Assert.True(await CountAsync(_source, "senderdb", "event_log") >= sent.Count);
            }, CancellationToken.None);
        });
    }

    [Fact]
    public async Task What_cannot_be_done_is_reported_and_nothing_is_overwritten()
    {
        async Task<string> RefusalAsync(Func<Task<int>> command) => (await Assert.ThrowsAsync<InvalidOperationException>(command)).Message;
        var file = _source.PathOf("backup.tar");
        await File.WriteAllTextAsync(file, "no backup");

        Assert.Contains("No instance runs", await RefusalAsync(() => BackupCommand.RunAsync(file, _source.Directory, default)), StringComparison.Ordinal);
        Assert.Contains("is not a backup", await RefusalAsync(() => RestoreCommand.RunAsync(file, _target.Directory, default)), StringComparison.Ordinal);
        await WithSourceAsync(async () =>
        {
            await BackupCommand.RunAsync(file, _source.Directory, default);
            using var claim = await _source.ClaimAsync();
            Assert.Contains("already runs", await RefusalAsync(() => RestoreCommand.RunAsync(file, _source.Directory, default)), StringComparison.Ordinal);
        });
        Assert.Contains("databases in", await RefusalAsync(() => RestoreCommand.RunAsync(file, _source.Directory, default)), StringComparison.Ordinal);
        await DamageAsync(file);
        Assert.Contains("damaged", await RefusalAsync(() => RestoreCommand.RunAsync(file, _target.Directory, default)), StringComparison.Ordinal);
    }

    private Task WithSourceAsync(Func<Task> work) => PostgresTools.WithServerAsync(_source, async () =>
    {
        foreach (var name in new[] { "senderdb", "takerdb" })
        {
            await LocalPostgresExtensions.CreateAsync(PostgresTools.ConnectionString(_source), name, CancellationToken.None);
        }

        await work();
    }, CancellationToken.None);

    /// <summary>One bit in the middle of the file, where the dumps are.</summary>
    private static async Task DamageAsync(string file)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        var dump = bytes.AsSpan().IndexOf("PGDMP"u8);
        bytes[dump + 100] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
    }

    private async Task CreateTablesAsync(string database)
    {
        var migration = new MigrationBuilder("Npgsql");
        migration.CreateMessaging("shop");
        await IdsAsync(_source, database, ((SqlOperation)migration.Operations.Single()).Sql);
    }

    /// <summary>As relay and consumer do it: the sender's transaction holds its outbox, then the taker's its inbox.</summary>
    private async Task WriteAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var id = Guid.CreateVersion7();
            await IdsAsync(_source, "senderdb", $$"""
                begin;
                insert into shop.outbox_message (id, aggregate_type, aggregate_id, sequence, type, payload, occurred_at)
                    values ('{{id}}', 'thing', '{{id}}', 1, 'urn:thing', '{}', now());
                with gone as (delete from shop.outbox_message where id = '{{id}}' returning *)
                insert into shop.event_log (position, id, aggregate_type, aggregate_id, sequence, type, payload, occurred_at, created_at)
                    select position, id, aggregate_type, aggregate_id, sequence, type, payload, occurred_at, created_at from gone;
                commit;
                """);
            await IdsAsync(_source, "takerdb", $"insert into shop.inbox_message (consumer, message_id) values ('taker.things', '{id}')");
        }
    }

    private static async Task<long> CountAsync(Instance instance, string database, string table) =>
        (await IdsAsync(instance, database, $"select gen_random_uuid() from shop.{table}")).Count;

    private static async Task<HashSet<Guid>> IdsAsync(Instance instance, string database, string sql)
    {
        await using var connection = new NpgsqlConnection(PostgresTools.ConnectionString(instance, database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new HashSet<Guid>();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }
}
