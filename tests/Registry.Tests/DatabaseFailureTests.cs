using Npgsql;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

/// <summary>A service with few connections, which do not come back while a test holds the table that everybody reads.</summary>
public sealed class FewConnections : RegistryFixture
{
    protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["ConnectionStrings:registrydb"] = new NpgsqlConnectionStringBuilder(ConnectionString) { MaxPoolSize = 8, Timeout = 2 }.ConnectionString,
    };
}

[Lane(Lane.Functional)]
public sealed class DatabaseFailureTests(FewConnections registry) : IClassFixture<FewConnections>
{
    [Fact]
    public async Task A_database_that_cannot_be_used_is_told_as_such_with_one_line_of_the_log_each()
    {
        await using var source = NpgsqlDataSource.Create(registry.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "lock table registry.association in access exclusive mode");

        // More than there are connections: some wait at the table, the others for a connection.
        var reads = Enumerable.Range(0, 24).Select(_ => registry.Anonymous.GetAsync("/associations")).ToList();
        await Eventually.TrueAsync(() => Task.FromResult(reads.Count(read => read.IsCompleted) >= 16), "no connection came in time");
        await ExecuteAsync(connection, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        var answers = await Task.WhenAll(reads);
        await transaction.RollbackAsync();

        Assert.All(answers, answer => Assert.Equal((503, "WIR-COM-0020"), (answer.Status, (string)answer.Json["code"]!)));
        Assert.All(answers, answer => Assert.Equal("5", answer.Headers["Retry-After"]));
        Assert.Equal(answers.Length, registry.Logs.Count(line => line.Contains("the database cannot be used", StringComparison.Ordinal)));
        Assert.DoesNotContain(registry.Logs, line => line.Contains("Request failed", StringComparison.Ordinal) || line.Contains("at Npgsql.", StringComparison.Ordinal));
        await Eventually.TrueAsync(async () => (await registry.Anonymous.GetAsync("/associations")).Status == 200, "the service reads again");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
