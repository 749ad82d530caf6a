using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace Wir.AppHost.Servers;

/// <summary>A RabbitMQ node of the instance's own: a process on loopback, with the management plug-in.</summary>
internal sealed class LocalRabbitMQResource(string name, Instance instance, ParameterResource password)
    : ExecutableResource(name, "sh", instance.Directory), IResourceWithConnectionString
{
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"amqp://guest:{password}@{new EndpointReference(this, "tcp").Property(EndpointProperty.HostAndPort)}");
}

internal static class LocalRabbitMQExtensions
{
    public static IResourceBuilder<LocalRabbitMQResource> AddLocalRabbitMQ(
        this IDistributedApplicationBuilder builder, string name, Instance instance)
    {
        var password = builder.AddParameter($"{name}password", new KeptPassword(instance, name), secret: true);
        var server = new LocalRabbitMQResource(name, instance, password.Resource);
        IConnection? connection = null;
        builder.Services.AddHealthChecks().AddRabbitMQ(async _ => connection = connection is { IsOpen: true }
            ? connection
            : await new ConnectionFactory { Uri = new Uri((await server.ConnectionStringExpression.GetValueAsync(default))!) }.CreateConnectionAsync(), name);
        var (amqp, management) = (instance.Port(name), instance.Port($"{name}.management"));
        return builder.AddResource(server)
            .WithArgs(Path.Combine(AppContext.BaseDirectory, "Servers", "rabbitmq.sh"), "run", instance.PathOf(name))
            .WithArgs($"{amqp}", $"{management}", $"{instance.Port($"{name}.distribution")}", $"{instance.Port($"{name}.epmd")}")
            .WithEnvironment("RABBITMQ_PASSWORD", password)
            .WithLoopbackEndpoint("tcp", "tcp", amqp)
            .WithLoopbackEndpoint("management", "http", management)
            .WithHealthCheck(name)
            .WithHttpHealthCheck("/", endpointName: "management")
            .WithIconName("MailMultiple");
    }

    /// <summary>An endpoint without the orchestrator's proxy, on loopback only.</summary>
    public static IResourceBuilder<T> WithLoopbackEndpoint<T>(this IResourceBuilder<T> builder, string name, string scheme, int port)
        where T : IResourceWithEndpoints =>
        builder.WithEndpoint(name, endpoint =>
        {
            (endpoint.UriScheme, endpoint.TargetHost) = (scheme, "127.0.0.1");
            (endpoint.Port, endpoint.TargetPort, endpoint.IsProxied) = (port, port, false);
        });
}
