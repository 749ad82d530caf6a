using System.Collections.Concurrent;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Wir.Contracts;
using Wir.Messaging;

namespace Wir.Reliability.Tests;

/// <summary>Talks to the broker beside the services: writes down what arrives in which order, and puts messages into queues.</summary>
internal sealed class Observer : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly ConcurrentQueue<(Guid Thing, long Sequence)> _arrived = new();

    private Observer(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public static async Task<Observer> ConnectAsync(Scene scene)
    {
        var factory = new ConnectionFactory { Uri = new Uri($"{scene.Servers.Broker.AmqpUri}/{scene.Name}"), RequestedHeartbeat = TimeSpan.FromMinutes(5) };
        var connection = await factory.CreateConnectionAsync();
        return new Observer(connection, await connection.CreateChannelAsync(new CreateChannelOptions(true, true)));
    }

    /// <summary>From now on, every event of the toy is written down in the order in which the broker hands it out.</summary>
    public async Task ObserveAsync()
    {
        await _channel.QueueDeclareAsync("observer", durable: true, exclusive: false, autoDelete: false);
        await _channel.QueueBindAsync("observer", "toy.thing-changed.v1", "");
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            var envelope = JsonSerializer.Deserialize<EventEnvelope>(delivery.Body.Span, MessagingJson.Options)!;
            _arrived.Enqueue((envelope.AggregateId, envelope.Sequence));
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync("observer", autoAck: true, consumer);
    }

    public int Arrived => _arrived.Count;

    /// <summary>Events whose first arrival was not the next one of their thing.</summary>
    public int OutOfOrder()
    {
        var last = new Dictionary<Guid, long>();
        var wrong = 0;
        foreach (var (thing, sequence) in _arrived)
        {
            var seen = last.GetValueOrDefault(thing);
            if (sequence > seen + 1) wrong++;
            last[thing] = Math.Max(seen, sequence);
        }

        return wrong;
    }

    /// <summary>Arrivals beyond the first.</summary>
    public int Repeated() => _arrived.Count - _arrived.Distinct().Count();

    /// <summary>Puts an event into one queue, by the exchange of its name; returns when the broker has confirmed it.</summary>
    public Task SendAsync(string queue, EventEnvelope envelope) => SendAsync(queue, MessagingJson.Write(envelope));

    public async Task SendAsync(string queue, string json) => await _channel.BasicPublishAsync(
        queue, "", mandatory: true, new BasicProperties { ContentType = "application/json", Persistent = true }, System.Text.Encoding.UTF8.GetBytes(json));

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
