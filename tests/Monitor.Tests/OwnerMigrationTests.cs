using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Wir.Monitor.Data;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

[Lane(Lane.Functional)]
public sealed class OwnerMigrationTests
{
    [Theory]
    [InlineData("", "06635")]
    [InlineData("""
        insert into monitor.live_association (association_id, sequence, area, published, demo)
        select gen_random_uuid(), 1, area, true, false from unnest(array['06631009', '06631012', '06635015', '06']) area
        """, "06631")]
    public async Task Indicators_of_before_get_the_district_that_the_platform_works_for(string heard, string owner)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var db = new MonitorDb(new DbContextOptionsBuilder<MonitorDb>()
            .UseNpgsql(database.ConnectionString, npgsql => npgsql.MigrationsHistoryTable("ef_migration")).Options);
        await db.GetService<IMigrator>().MigrateAsync("20261123234000_Imports");
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await ExecuteAsync("""
            insert into monitor.indicator (id, code, version, content, updated_at)
            select gen_random_uuid(), 'A' || lpad(n::text, 2, '0'), 1, '{"unit": "percent"}', now()
            from generate_series(1, 61) n
            """);
        if (heard.Length > 0) await ExecuteAsync(heard);

        await db.GetService<IMigrator>().MigrateAsync();

        await using var command = source.CreateCommand(
            "select count(*) from monitor.indicator where content->>'area' = $1 and content->>'unit' = 'percent'");
        command.Parameters.AddWithValue(owner);
        Assert.Equal(61L, await command.ExecuteScalarAsync());

        // A program of 0.1.0 that still runs writes descriptions without it: one changed, one added. The last is ours.
        await ExecuteAsync("""
            update monitor.indicator set content = '{"unit": "count"}' where code = 'A01';
            insert into monitor.indicator (id, code, version, content, updated_at)
            values (gen_random_uuid(), 'Z01', 1, '{"unit": "count"}', now());
            update monitor.indicator set content = content || '{"area": "06"}' where code = 'A02'
            """);
        await using var after = source.CreateCommand("""
            select string_agg(code || ' ' || (content->>'unit') || ' ' || (content->>'area'), ', ' order by code)
            from monitor.indicator where code in ('A01', 'A02', 'Z01')
            """);
        Assert.Equal($"A01 count {owner}, A02 percent 06, Z01 count {owner}",
            (string?)(await after.ExecuteScalarAsync()));

        async Task ExecuteAsync(string sql)
        {
            await using var write = source.CreateCommand(sql);
            await write.ExecuteNonQueryAsync();
        }
    }
}
