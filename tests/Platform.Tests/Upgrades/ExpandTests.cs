using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Wir.Platform.Tests.Upgrades;

/// <summary>
/// Migrations expand, then programs are replaced, and what nobody uses any more is taken away by a later release: while they are
/// replaced one by one, the version before runs on the new tables.
/// </summary>
[Lane(Lane.Platform)]
public sealed class ExpandTests
{
    /// <summary>What a migration took away or changed although the version before used it: no release was made between the two.</summary>
    private static readonly (string Migration, string Part)[] s_beforeTheFirstRelease =
    [
        ("20261123233337_OfficeTasksAndJobs", "\"outgoing_mail\""),
        ("20261127203946_ReviewMediaFeedback", "draft.basis"),
        ("20261127203946_ReviewMediaFeedback", "text_version.basis"),
    ];

    [Theory]
    [InlineData("registry")]
    [InlineData("welcomepackage")]
    [InlineData("monitor")]
    [InlineData("gateway")]
    public async Task The_version_before_reads_and_writes_on_the_tables_of_every_migration(string service)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var db = OldDatabases.Open(service, database.ConnectionString);
        var faults = new List<string>();

        TableShape? before = null;
        foreach (var migration in db.Database.GetMigrations())
        {
            await db.MigrateToAsync(migration);
            foreach (var fault in before is null ? [] : await before.FaultsInAsync(source))
            {
                if (!s_beforeTheFirstRelease.Any(known => known.Migration == migration && fault.Contains(known.Part, StringComparison.Ordinal))) faults.Add($"{migration}: {fault}");
            }

            before = await TableShape.ReadAsync(source, service);
        }

        Assert.Empty(faults);
        Assert.Contains("outbox_message", before!.Tables.Keys);
    }

    [Theory]
    [InlineData("alter table shop.thing drop column name", "column \"name\"")]
    [InlineData("alter table shop.thing rename to object", "\"shop.thing\" does not exist")]
    [InlineData("alter table shop.thing add column more text not null", "thing.more: new, required")]
    [InlineData("alter table shop.thing alter column note set not null", "thing.note: was")]
    [InlineData("alter table shop.thing alter column note type bigint using 0", "thing.note: was")]
    [InlineData("alter table shop.thing add column more text not null default '', add column other text", null)]
    public async Task A_migration_that_takes_away_or_demands_more_is_noticed(string change, string? fault)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await ExecuteAsync(source, "create schema shop; create table shop.thing (id bigint generated always as identity, name text not null, note text)");
        var before = await TableShape.ReadAsync(source, "shop");

        await ExecuteAsync(source, change);
        var faults = await before.FaultsInAsync(source);

        if (fault is null) Assert.Empty(faults);
        else Assert.Contains(faults, f => f.Contains(fault, StringComparison.Ordinal));
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
