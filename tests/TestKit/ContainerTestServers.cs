using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;

namespace Wir.TestKit;

/// <summary>The servers as containers. Chosen by <c>WIR_TEST_CONTAINERS=true</c>.</summary>
internal sealed class ContainerTestServers : ITestServers
{
    private const int ManagementPort = 15672;

    private readonly Lazy<Task<string>> _postgres = new(async () =>
    {
        var container = new PostgreSqlBuilder("postgres:15-alpine").Build();
        await container.StartAsync();
        return $"Host={container.Hostname};Port={container.GetMappedPublicPort(PostgreSqlBuilder.PostgreSqlPort)};"
            + $"Username={PostgreSqlBuilder.DefaultUsername};Password={PostgreSqlBuilder.DefaultPassword}";
    });

    private readonly Lazy<Task<RabbitMqAddress>> _rabbitMq = new(async () =>
    {
        var container = new RabbitMqBuilder("rabbitmq:3.13-management").WithPortBinding(ManagementPort, assignRandomHostPort: true).Build();
        await container.StartAsync();
        var management = $"http://{RabbitMqBuilder.DefaultUsername}:{RabbitMqBuilder.DefaultPassword}"
            + $"@{container.Hostname}:{container.GetMappedPublicPort(ManagementPort)}";
        return new RabbitMqAddress(container.GetConnectionString().TrimEnd('/'), management);
    });

    public Task<string> GetPostgresAsync() => _postgres.Value;

    public Task<RabbitMqAddress> GetRabbitMqAsync() => _rabbitMq.Value;
}
