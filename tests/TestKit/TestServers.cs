using System.Text.Json;
using Wir.TestKit.Servers;

namespace Wir.TestKit;

/// <summary>Where tests find a real PostgreSQL and RabbitMQ. Each starts when it is first asked for, and is shared by all tests.</summary>
public interface ITestServers
{
    /// <summary>Connection string of a superuser, without a database.</summary>
    Task<string> GetPostgresAsync();

    /// <summary>The broker.</summary>
    Task<RabbitMqAddress> GetRabbitMqAsync();
}

/// <summary>A broker's addresses with user name and password in them.</summary>
/// <param name="Amqp">Without a virtual host: <c>amqp://user:password@host:port</c>.</param>
/// <param name="Management">Of the management API: <c>http://user:password@host:port</c>.</param>
public sealed record RabbitMqAddress(string Amqp, string Management);

/// <summary>The servers of this test run.</summary>
public static class TestServers
{
    /// <summary>
    /// Names a file written by <c>tests/TestServers</c>, with the addresses of servers that several test processes share.
    /// Without it each process has its own.
    /// </summary>
    public const string AddressesVariable = "WIR_TEST_SERVERS";

    private static readonly Lazy<ITestServers> s_current = new(Choose);

    public static ITestServers Current => s_current.Value;

    private static ITestServers Choose()
    {
        if (Environment.GetEnvironmentVariable(AddressesVariable) is { Length: > 0 } file)
        {
            return new SharedTestServers(JsonSerializer.Deserialize<ServerAddresses>(File.ReadAllText(file), JsonSerializerOptions.Web)!);
        }

        if (Environment.GetEnvironmentVariable("WIR_TEST_CONTAINERS") is "true")
        {
            return new ContainerTestServers();
        }
        return new LocalTestServers();
    }

    private sealed class SharedTestServers(ServerAddresses addresses) : ITestServers
    {
        public Task<string> GetPostgresAsync() => Task.FromResult(addresses.Postgres);

        public Task<RabbitMqAddress> GetRabbitMqAsync() => Task.FromResult(new RabbitMqAddress(addresses.Amqp, addresses.Management));
    }

    /// <summary>Private processes of this test process; they end with it.</summary>
    private sealed class LocalTestServers : ITestServers
    {
        private readonly Lazy<Task<string>> _postgres;
        private readonly Lazy<Task<RabbitMqAddress>> _rabbitMq;

        public LocalTestServers()
        {
            var servers = new Lazy<ThrowAwayServers>(() => new ThrowAwayServers());
            _postgres = new(async () => (await servers.Value.StartPostgresAsync()).ConnectionString());
            _rabbitMq = new(async () =>
            {
                var server = await servers.Value.StartRabbitMqAsync();
                return new RabbitMqAddress(server.AmqpUri, server.ManagementUri);
            });
        }

        public Task<string> GetPostgresAsync() => _postgres.Value;

        public Task<RabbitMqAddress> GetRabbitMqAsync() => _rabbitMq.Value;
    }
}
