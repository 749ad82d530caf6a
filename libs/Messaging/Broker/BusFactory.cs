using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Wir.Messaging.Broker;

/// <summary>Makes connections to the broker, all with the same settings. The address is read when it is first needed, so that a build step can run without one.</summary>
internal sealed class BusFactory(IConfiguration configuration, ILoggerFactory logs, MessagingBuilder model)
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(10);

    public Uri Address => new(configuration.GetConnectionString("rabbitmq")
        ?? throw new InvalidOperationException("The connection string 'rabbitmq' is missing (amqp://user:password@host:port)."));

    public IBusControl CreateBus(string purpose, Action<IRabbitMqBusFactoryConfigurator> configure)
    {
        LogContext.ConfigureCurrentLogContext(logs);
        return Bus.Factory.CreateUsingRabbitMq(bus =>
        {
            bus.Host(Address, $"{model.Service} {purpose}", host =>
            {
                host.PublisherConfirmation = true;
                host.Heartbeat(s_heartbeat);
            });
            // The body is the envelope itself: readable by anything that knows JSON, and free of the library that carries it.
            bus.UseRawJsonSerializer(RawSerializerOptions.AnyMessageType, isDefault: true);
            bus.AutoStart = true;
            // The library's own temporary queue, under a name that the service's user may declare.
            bus.OverrideDefaultBusEndpointQueueName($"{model.Service}.bus-{Guid.CreateVersion7():n}");
            configure(bus);
        });
    }

    /// <summary>
    /// Ends with the token, which the bus's own start does not always do: one that is cancelled while the broker is slow can wait for
    /// its endpoints for ever. Then the bus is thrown away.
    /// </summary>
    public static Task StartAsync(IBusControl bus, CancellationToken ct) => bus.StartAsync(ct).WaitAsync(ct);

    /// <summary>As <see cref="StartAsync"/>; what is not closed in time, the broker closes.</summary>
    public static Task StopAsync(IBusControl bus, CancellationToken ct) => bus.StopAsync(ct).WaitAsync(ct);

    /// <summary>
    /// Throws when the broker is away. To be asked before a bus is started: a bus tries on its own, at growing distances that reach many seconds,
    /// and would find a broker that is back too late.
    /// </summary>
    public async Task ProbeAsync(string purpose, CancellationToken ct)
    {
        await using var connection = await ConnectAsync($"{purpose} probe", ct);
        await connection.CloseAsync(ct);
    }

    /// <summary>A connection for topology and operator's work, beside those of the buses.</summary>
    public Task<IConnection> ConnectAsync(string purpose, CancellationToken ct)
    {
        var factory = new ConnectionFactory { Uri = Address, AutomaticRecoveryEnabled = false, RequestedHeartbeat = s_heartbeat };
        return factory.CreateConnectionAsync($"{model.Service} {purpose}", ct);
    }
}
