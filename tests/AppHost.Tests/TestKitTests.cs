using System.Net.Http.Json;
using Npgsql;
using Wir.TestKit;
using Xunit;

namespace Wir.AppHost.Tests;

[Lane(Lane.Functional)]
public class TestKitTests
{
    [Fact]
    public async Task A_template_is_migrated_once_and_its_copies_are_independent()
    {
        var migrations = 0;
        async Task Migrate(string connectionString)
        {
            Interlocked.Increment(ref migrations);
            await ExecuteAsync(connectionString, "create table thing (id int)");
        }

        var copies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TestDatabase.CreateAsync("testkit", Migrate)));
        await ExecuteAsync(copies[0].ConnectionString, "insert into thing values (1)");

        Assert.Equal(1, migrations);
        Assert.Equal([1L, 0L, 0L, 0L], await Task.WhenAll(copies.Select(c => ScalarAsync(c.ConnectionString, "select count(*) from thing"))));
        foreach (var copy in copies)
        {
            await copy.DisposeAsync();
        }

        var server = await TestServers.Current.GetPostgresAsync();
        var left = await ScalarAsync(server + ";Database=postgres", $"select count(*) from pg_database where datname = '{copies[0].Name}'");
        Assert.Equal(0L, left);
    }

    [Fact]
    public async Task A_virtual_host_exists_until_it_is_disposed()
    {
        var host = await TestVirtualHost.CreateAsync();
        using var queue = await host.Management.PutAsJsonAsync($"api/queues/{host.Name}/mine", new { durable = true });
        Assert.True(queue.IsSuccessStatusCode);

        await using var other = await TestVirtualHost.CreateAsync();
        Assert.Equal("[]", await other.Management.GetStringAsync($"api/queues/{other.Name}"));

        await host.DisposeAsync();
        using var gone = await other.Management.GetAsync($"api/vhosts/{host.Name}");
        Assert.Equal(System.Net.HttpStatusCode.NotFound, gone.StatusCode);
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
