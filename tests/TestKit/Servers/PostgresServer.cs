using Npgsql;

namespace Wir.TestKit.Servers;

/// <summary>A private PostgreSQL cluster on loopback, run by the platform's own script.</summary>
/// <param name="directory">Holds the cluster; created when missing.</param>
/// <param name="port">On 127.0.0.1.</param>
/// <param name="password">Of the superuser <c>postgres</c>; taken when the cluster is created.</param>
/// <param name="durable">False for throw-away clusters only: nothing is flushed to disk.</param>
internal sealed class PostgresServer(string directory, int port, string password, bool durable = true) : IServer
{
    public string ConnectionString(string? database = null) =>
        $"Host=127.0.0.1;Port={port};Username=postgres;Password={password}" + (database is null ? "" : $";Database={database}");

    public ProcessSpec Spec => new(
        "sh", Repository.PathOf("AppHost/Servers/postgres.sh"), "exec", directory, $"{port}", durable ? "durable" : "throwaway")
    {
        Environment = new Dictionary<string, string?> { ["POSTGRES_PASSWORD"] = password },
        // INT is "fast": sessions are ended and a checkpoint is written. QUIT leaves all to recovery.
        StopSignal = durable ? Signal.Int : Signal.Quit,
        StopDeadline = TimeSpan.FromSeconds(60),
    };

    public async Task<bool> IsHealthyAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false;Timeout=3;Command Timeout=3");
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("select 1", connection);
        return await command.ExecuteScalarAsync(cancellation) is 1;
    }
}
