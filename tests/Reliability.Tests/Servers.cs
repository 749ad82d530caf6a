using Wir.TestKit.Servers;

namespace Wir.Reliability.Tests;

/// <summary>A PostgreSQL and a RabbitMQ of this test process alone, flushing to disk as they do where the platform runs, to be killed and frozen.</summary>
internal sealed class Servers
{
    private static readonly Lazy<Task<Servers>> s_current = new(StartAsync);

    private Servers(FaultyServer postgres, FaultyServer rabbitMq, PostgresServer database, RabbitMqServer broker) =>
        (Postgres, RabbitMq, Database, Broker) = (postgres, rabbitMq, database, broker);

    public FaultyServer Postgres { get; }

    public FaultyServer RabbitMq { get; }

    public PostgresServer Database { get; }

    public RabbitMqServer Broker { get; }

    public static Task<Servers> GetAsync() => s_current.Value;

    private static async Task<Servers> StartAsync()
    {
        var directory = ServerDirectory.Create("wir-reliability-");
        var watcher = new Watcher();
        watcher.RemoveDirectoryAtEnd(directory);
        var database = new PostgresServer(Path.Combine(directory, "postgres"), Ports.Choose(), Passwords.Create());
        var broker = new RabbitMqServer(Path.Combine(directory, "rabbitmq"), RabbitMqPorts.Choose(), Passwords.Create());
        var servers = new Servers(
            new FaultyServer(database, Path.Combine(directory, "log", "postgres.log"), watcher),
            new FaultyServer(broker, Path.Combine(directory, "log", "rabbitmq.log"), watcher), database, broker);
        await Task.WhenAll(servers.Postgres.StartAsync(), servers.RabbitMq.StartAsync());
        return servers;
    }
}

/// <summary>One server process.</summary>
internal sealed class FaultyServer(IServer server, string log, Watcher watcher)
{
    private ChildProcess? _process;

    public async Task StartAsync()
    {
        _process = ChildProcess.Start(server.Spec, log, watcher);
        if (!await Health.WaitAsync(server, _process.Exited, TimeSpan.FromSeconds(120), default))
        {
            throw new InvalidOperationException($"The server did not start:\n{string.Join('\n', File.ReadLines(log).TakeLast(20))}");
        }
    }

    /// <summary>SIGKILL for the whole process group, or another signal for the main process; waits for the end.</summary>
    public async Task EndAsync(Signal signal)
    {
        ChildProcess.Kill(signal == Signal.Kill ? -_process!.Id : _process!.Id, signal);
        await _process.Exited.WaitAsync(TimeSpan.FromSeconds(120));
    }
}
