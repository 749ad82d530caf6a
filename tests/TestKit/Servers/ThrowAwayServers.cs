using System.Security.Cryptography;

namespace Wir.TestKit.Servers;

/// <summary>
/// Servers for tests: nothing is flushed to disk, and when this process ends, however it ends, the watcher ends them
/// and removes their directory.
/// </summary>
internal sealed class ThrowAwayServers : IDisposable
{
    private readonly string _directory;
    private readonly Watcher _watcher = new();

    public ThrowAwayServers()
    {
        _directory = ServerDirectory.Create("wir-servers-");
        _watcher.RemoveDirectoryAtEnd(_directory);
    }

    public async Task<PostgresServer> StartPostgresAsync(CancellationToken cancellation = default)
    {
        var server = new PostgresServer(Path.Combine(_directory, "postgres"), Ports.Choose(), Passwords.Create(), durable: false);
        await StartAsync("postgres", server, cancellation);
        return server;
    }

    public async Task<RabbitMqServer> StartRabbitMqAsync(CancellationToken cancellation = default)
    {
        var server = new RabbitMqServer(Path.Combine(_directory, "rabbitmq"), RabbitMqPorts.Choose(), Passwords.Create(), durable: false);
        await StartAsync("rabbitmq", server, cancellation);
        return server;
    }

    public void Dispose() => _watcher.Dispose();

    private async Task StartAsync(string name, IServer server, CancellationToken cancellation)
    {
        var log = Path.Combine(_directory, "log", $"{name}.log");
        var child = ChildProcess.Start(server.Spec, log, _watcher);
        if (!await Health.WaitAsync(server, child.Exited, TimeSpan.FromSeconds(90), cancellation))
        {
            throw new InvalidOperationException($"The test server {name} did not start:{Environment.NewLine}{string.Join(Environment.NewLine, File.ReadLines(log).TakeLast(20))}");
        }
    }
}

internal static class Passwords
{
    /// <summary>Letters and digits only: it is part of URLs, connection strings and configuration files.</summary>
    public static string Create() => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 24);
}
