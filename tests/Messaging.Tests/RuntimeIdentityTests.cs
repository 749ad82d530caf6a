using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Wir.Messaging.Broker;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Messaging.Tests;

/// <summary>Services under roles and users that <c>migrate</c> made for them: they do their work, and nothing else.</summary>
[Lane(Lane.Functional)]
public sealed class RuntimeIdentityTests(Toys toys) : IClassFixture<Toys>
{
    // Roles and users belong to the whole server, which test processes may share: all give them the same password.
    private const string Password = "it's only a test";

    [Fact]
    public async Task Services_work_under_their_own_roles_and_can_do_nothing_else()
    {
        var management = (await TestServers.Current.GetRabbitMqAsync()).Management;
        await MigrateAsync(management);
        // A second time, as with every release.
        await MigrateAsync(management);

        var toy = await toys.StartToyAsync(RuntimeSettings("toy", management));
        var copy = await toys.StartCopyAsync(RuntimeSettings("copy", management));
        var thing = Guid.CreateVersion7();
        await Toys.ChangeAsync(toy, thing, "text", note: true);
        await Eventually.TrueAsync(
            async () => await Toys.ScalarAsync<long>(toys.CopySource, $"select count(*) from copy.effect where thing_id = '{thing}'") == 1, "the event has its effect");
        var report = await copy.Services.GetRequiredService<TopologyCheck>().CheckAsync(default);
        Assert.Empty(report.Differences);
        Assert.True(report.BindingsChecked);
        // Tables of months are made and dropped by functions that have the owner's rights.
        await toy.Services.GetRequiredService<Housekeeper>().RunAsync(default);

        await using var database = NpgsqlDataSource.Create(ConnectionString("toydb", "toy"));
        await RefusedAsync(database, "create table toy.thing_of_mine (id int)");
        await RefusedAsync(database, "drop table toy.thing");
        await RefusedAsync(database, "alter table toy.thing add column more text");
        await RefusedAsync(database, "create schema another");
        await RefusedAsync(database, "create role somebody");
        await using var foreign = NpgsqlDataSource.Create(ConnectionString("copydb", "toy"));
        await RefusedAsync(foreign, "select 1");
        await RefusedByBrokerAsync(channel => channel.QueueDeclareAsync("copy.mine"));
        await RefusedByBrokerAsync(channel => channel.QueueDeclareAsync("mine"));
        await RefusedByBrokerAsync(channel => channel.BasicGetAsync("copy.things", autoAck: true));
        await RefusedByBrokerAsync(channel => channel.QueueDeleteAsync("copy.things"));
    }

    private async Task MigrateAsync(string management)
    {
        (string, string)[] Settings(string user) => [("Wir:Runtime:User", user), ("Wir:Runtime:Password", Password), (TopologyCheck.ManagementKey, management)];
        Assert.Equal(0, await ToyApps.BuildToy([], toys.With(Settings("toy"))).RunServiceAsync<ToyDb>(["migrate"]));
        Assert.Equal(0, await ToyApps.BuildCopy([], toys.With(Settings("copy"))).RunServiceAsync<CopyDb>(["migrate"]));
    }

    private (string, string)[] RuntimeSettings(string user, string management) =>
    [
        ($"ConnectionStrings:{user}db", ConnectionString(user + "db", user)),
        ("ConnectionStrings:rabbitmq", BrokerUri(user)),
        (TopologyCheck.ManagementKey, new UriBuilder(management) { UserName = "", Password = "" }.Uri.ToString()),
    ];

    private string ConnectionString(string database, string user) =>
        new NpgsqlConnectionStringBuilder(toys.Settings[$"ConnectionStrings:{database}"]) { Username = user, Password = Password }.ConnectionString;

    private string BrokerUri(string user) => new UriBuilder(toys.Broker.AmqpUri) { UserName = user, Password = Uri.EscapeDataString(Password) }.Uri.AbsoluteUri;

    private static async Task RefusedAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    private async Task RefusedByBrokerAsync(Func<IChannel, Task> work)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(BrokerUri("toy")) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var refusal = await Assert.ThrowsAsync<OperationInterruptedException>(() => work(channel));
        Assert.Equal((ushort)403, refusal.ShutdownReason!.ReplyCode);
    }
}
