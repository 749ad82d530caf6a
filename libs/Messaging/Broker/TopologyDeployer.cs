using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Wir.Messaging.Broker;

/// <summary>Declares a service's topology on the broker. Run again, it changes nothing.</summary>
internal sealed partial class TopologyDeployer(
    BusFactory buses, MessagingBuilder model, IOptions<MessagingOptions> options, TimeProvider time, ILogger<TopologyDeployer> logger)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Waits up to a minute for the broker, then declares everything.</summary>
    /// <exception cref="OperationInterruptedException">Something exists already with other arguments.</exception>
    public async Task DeployAsync(CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var topology = Topology.Of(model, options.Value);
        foreach (var exchange in topology.Exchanges)
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: ct);
        }

        foreach (var queue in topology.Queues)
        {
            await channel.QueueDeclareAsync(queue.Name, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(queue.Arguments),
                cancellationToken: ct);
        }

        foreach (var binding in topology.Bindings)
        {
            await (binding.ToQueue
                ? channel.QueueBindAsync(binding.Destination, binding.Source, "", cancellationToken: ct)
                : channel.ExchangeBindAsync(binding.Destination, binding.Source, "", cancellationToken: ct));
        }

        Log.Deployed(logger, topology.Exchanges.Count, topology.Queues.Count, topology.Bindings.Count);
        await connection.CloseAsync(ct);
    }

    private async Task<IConnection> ConnectAsync(CancellationToken ct)
    {
        var deadline = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await buses.ConnectAsync("topology", ct);
            }
            catch (BrokerUnreachableException) when (time.GetElapsedTime(deadline) < s_patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), time, ct);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1020, LogLevel.Information, "Topology deployed: {Exchanges} exchanges, {Queues} queues, {Bindings} bindings")]
        public static partial void Deployed(ILogger logger, int exchanges, int queues, int bindings);
    }
}
