using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Npgsql;
using Wir.AppHost.Local;
using Wir.AppHost.Local.Backup;
using Wir.Messaging.Storage;
using Wir.TestKit;
using Xunit;

namespace Wir.AppHost.Tests;

/// <summary>Backup and restore of two databases between which events go, with the real tables of messaging and a real server.</summary>
[Lane(Lane.Functional)]
public sealed class BackupTests : IAsyncDisposable
{
    private readonly TestInstance _source = new(openForPostgres: true);
    private readonly TestInstance _target = new(openForPostgres: true);
    private readonly CancellationTokenSource _stop = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _stop.Dispose();
        await _source.DisposeAsync();
        await _target.DisposeAsync();
    }

    [Fact]
    public async Task A_backup_under_load_is_of_one_instant_and_what_was_on_its_way_is_sent_again()
    {
        await StartAsync(_source);
        await CreateTablesAsync("senderdb");
        await CreateTablesAsync("takerdb");
        await File.WriteAllTextAsync(Path.Combine(_source.Directory, "keys.json"), """{ "reader": "secret" }""");
        var writers = Enumerable.Range(0, 4).Select(_ => WriteAsync(_stop.Token)).ToList();
        await Eventually.TrueAsync(async () => await CountAsync(_source, "takerdb", "inbox_message") > 200, "events flow");
        var file = Path.Combine(_source.Directory, "backup.tar");

        Assert.Equal(0, await BackupCommand.RunAsync(file, _source.Open(), _source.Builder.Resources, CancellationToken.None));

        await _stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        AddServers(_target);
        Assert.Equal(0, await RestoreCommand.RunAsync(file, _target.Open(), _target.Builder.Resources, CancellationToken.None));
        Assert.Contains("secret", await File.ReadAllTextAsync(Path.Combine(_target.Directory, "keys.json")), StringComparison.Ordinal);
        _target.Start();
        await _target.BecomesAsync("postgres", "Running");

        var sent = await IdsAsync(_target, "senderdb", "select id from shop.event_log");
        var again = await IdsAsync(_target, "senderdb", "select id from shop.outbox_message where logged");
        var taken = await IdsAsync(_target, "takerdb", "select message_id from shop.inbox_message");
        Assert.True(taken.Count > 200);
        Assert.Subset(sent, taken);
        Assert.Equal(sent.Order(), again.Order());
        Assert.True(await CountAsync(_source, "senderdb", "event_log") >= sent.Count);
    }

    [Fact]
    public async Task What_cannot_be_done_is_told_and_nothing_is_overwritten()
    {
        async Task<string> RefusalAsync(Func<Task<int>> command) => (await Assert.ThrowsAsync<InvalidOperationException>(command)).Message;
        AddServers(_target);
        var file = Path.Combine(_source.Directory, "backup.tar");
        await File.WriteAllTextAsync(file, "no backup");

        Assert.Contains("No instance runs", await RefusalAsync(() => BackupCommand.RunAsync(file, _source.Open(), _source.Builder.Resources, default)), StringComparison.Ordinal);
        Assert.Contains("is not a backup", await RefusalAsync(() => RestoreCommand.RunAsync(file, _target.Open(), _target.Builder.Resources, default)), StringComparison.Ordinal);
        await StartAsync(_source);
        await BackupCommand.RunAsync(file, _source.Open(), _source.Builder.Resources, default);
        Assert.Contains("runs already", await RefusalAsync(() => RestoreCommand.RunAsync(file, _source.Open(), _source.Builder.Resources, default)), StringComparison.Ordinal);
        await _source.StopAsync();
        Assert.Contains("databases in", await RefusalAsync(() => RestoreCommand.RunAsync(file, _source.Open(), _source.Builder.Resources, default)), StringComparison.Ordinal);
        await DamageAsync(file);
        Assert.Contains("damaged", await RefusalAsync(() => RestoreCommand.RunAsync(file, _target.Open(), _target.Builder.Resources, default)), StringComparison.Ordinal);
    }

    private static void AddServers(TestInstance test)
    {
        var postgres = test.Builder.AddPostgres("postgres");
        postgres.AddDatabase("senderdb");
        postgres.AddDatabase("takerdb");
    }

    private static async Task StartAsync(TestInstance test)
    {
        AddServers(test);
        test.Start();
        await test.BecomesAsync("postgres", "Running");
    }

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

    private static async Task<long> CountAsync(TestInstance test, string database, string table) =>
        (await IdsAsync(test, database, $"select gen_random_uuid() from shop.{table}")).Count;

    private static async Task<HashSet<Guid>> IdsAsync(TestInstance test, string database, string sql)
    {
        var instance = test.Open();
        await using var connection = new NpgsqlConnection(new PostgresServer("", instance.Port("postgres"), instance.Password("postgres")).ConnectionString(database));
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
