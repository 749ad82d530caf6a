using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Wir.Platform.Tests;

/// <summary>What each service's own role and user, as the running platform has them, may not do.</summary>
[Lane(Lane.Platform)]
public sealed class LeastPrivilegeTests(WholePlatform platform)
{
    private static readonly string[] s_services = ["registry", "welcomepackage", "monitor", "gateway"];

    public static TheoryData<string> Services => [.. s_services];

    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_services_role_reads_and_writes_rows_of_its_own_database_and_nothing_else(string service)
    {
        await using (var own = NpgsqlDataSource.Create(ConnectionString(service, service)))
        {
            Assert.True(await ScalarAsync(own, $"select count(*) from {service}.event_log") >= 0);
            foreach (var sql in new[]
            {
                $"create table {service}.mine (id int)", $"drop table {service}.event_log", $"alter table {service}.event_log add column more text",
                $"truncate {service}.event_log", "create schema another", "create role somebody", "create database another", "select rolpassword from pg_authid",
                $"alter role {service} superuser", "copy (select 1) to program 'true'", "set session authorization postgres",
            })
            {
                await RefusedAsync(own, sql);
            }
        }

        foreach (var other in s_services.Except([service]))
        {
            await using var foreign = NpgsqlDataSource.Create(ConnectionString(service, other));
            await RefusedAsync(foreign, "select 1");
        }
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_services_user_at_the_broker_has_its_own_queues_and_no_others(string service)
    {
        foreach (var other in s_services.Except([service]))
        {
            await RefusedAsync(service, channel => channel.QueueDeclareAsync($"{other}.mine"));
            await RefusedAsync(service, channel => channel.ExchangeDeclareAsync($"{other}.mine", ExchangeType.Fanout));
            await RefusedAsync(service, channel => channel.BasicGetAsync($"{other}.things", autoAck: true));
            await RefusedAsync(service, channel => channel.QueueDeleteAsync($"{other}.things"));
        }

        await RefusedAsync(service, channel => channel.QueueDeclareAsync("mine"));
        await RefusedAsync(service, channel => channel.ExchangeDeleteAsync("amq.fanout"));
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task RefusedAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
        Assert.True(refusal.SqlState == PostgresErrorCodes.InsufficientPrivilege, $"{sql}: {refusal.SqlState} {refusal.MessageText}");
    }

    private async Task RefusedAsync(string service, Func<IChannel, Task> work)
    {
        var factory = new ConnectionFactory { HostName = "127.0.0.1", Port = platform.PortOf("rabbitmq"), UserName = service, Password = PasswordOf(service) };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var refusal = await Assert.ThrowsAsync<OperationInterruptedException>(() => work(channel));
        Assert.Equal((ushort)403, refusal.ShutdownReason!.ReplyCode);
    }

    private string ConnectionString(string role, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1", Port = platform.PortOf("postgres"), Username = role, Password = PasswordOf(role), Database = database + "db", Pooling = false,
    }.ConnectionString;

    private string PasswordOf(string service) => platform.PasswordOf($"{service}password");
}
