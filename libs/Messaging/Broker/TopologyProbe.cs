using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Wir.Messaging.Broker;

/// <summary>
/// Compares over the broker's own protocol, where there is no management API. It sees missing exchanges and queues and other arguments;
/// bindings cannot be read this way, so they are made again, which changes nothing where they exist.
/// </summary>
internal static class TopologyProbe
{
    public static async Task<List<string>> CompareAsync(BusFactory buses, Topology topology, CancellationToken ct)
    {
        await using var connection = await buses.ConnectAsync("topology check", ct);
        var differences = new List<string>();
        foreach (var exchange in topology.Exchanges)
        {
            await ProbeAsync(connection, differences, $"Exchange {exchange}", channel => channel.ExchangeDeclarePassiveAsync(exchange, ct), ct);
        }

        foreach (var queue in topology.Queues)
        {
            await ProbeAsync(connection, differences, $"Queue {queue.Name}", async channel =>
            {
                await channel.QueueDeclarePassiveAsync(queue.Name, ct);
                await channel.QueueDeclareAsync(queue.Name, true, false, false, new Dictionary<string, object?>(queue.Arguments), cancellationToken: ct);
            }, ct);
        }

        if (differences.Count > 0) return differences;
        await using var binding = await connection.CreateChannelAsync(cancellationToken: ct);
        foreach (var (source, destination, toQueue) in topology.Bindings)
        {
            await (toQueue
                ? binding.QueueBindAsync(destination, source, "", cancellationToken: ct)
                : binding.ExchangeBindAsync(destination, source, "", cancellationToken: ct));
        }

        return differences;
    }

    /// <summary>A channel for each question: a "no" closes it.</summary>
    private static async Task ProbeAsync(
        IConnection connection, List<string> differences, string what, Func<IChannel, Task> ask, CancellationToken ct)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
            await ask(channel);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode is 404 or 406)
        {
            differences.Add(e.ShutdownReason.ReplyCode == 404 ? $"{what} is missing." : $"{what} has other arguments: {e.ShutdownReason.ReplyText}.");
        }
    }
}
