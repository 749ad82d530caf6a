using Microsoft.Extensions.DependencyInjection;
using Wir.Contracts;

namespace Wir.Messaging;

/// <summary>What a service sends and takes; the broker's topology follows from it and is deployed by <c>migrate</c>.</summary>
public sealed class MessagingBuilder(string service)
{
    private readonly List<QueueDefinition> _queues = [];

    /// <summary>Name of the service, for example <c>registry</c>.</summary>
    public string Service { get; } = service;

    /// <summary>The contracts of this service, all of <see cref="EventCatalog.OfService"/>.</summary>
    public IReadOnlyList<Type> Published { get; private set; } = [.. EventCatalog.OfService(service)];

    public IReadOnlyList<QueueDefinition> Queues => _queues;

    /// <summary>Declares a queue named <c>service.purpose</c> and what is done with its events.</summary>
    public MessagingBuilder Queue(string purpose, Action<QueueDefinition> configure)
    {
        var queue = new QueueDefinition($"{Service}.{purpose}");
        configure(queue);
        _queues.Add(queue);
        return this;
    }

    /// <summary>Publishes a contract that does not stand in <see cref="EventCatalog"/> (tests).</summary>
    public MessagingBuilder Publish<TEvent>() where TEvent : class, IEvent
    {
        Published = [.. Published, typeof(TEvent)];
        return this;
    }
}

/// <summary>One queue of a service and its handlers: one consumer in the sense of the inbox.</summary>
public sealed class QueueDefinition(string name)
{
    private readonly Dictionary<string, (Type Event, Type Handler)> _handlers = [];
    private readonly Dictionary<string, Func<IServiceProvider, EventEnvelope, CancellationToken, Task>> _calls = [];

    public string Name { get; } = name;

    /// <summary>Handler per contract, by its urn.</summary>
    public IReadOnlyDictionary<string, (Type Event, Type Handler)> Handlers => _handlers;

    /// <summary>Set when the queue takes every event of the platform.</summary>
    public Type? AnyHandler { get; private set; }

    /// <summary>Transactions side by side in one instance, each with what has gathered for it; default 4. Events of one aggregate are never handled side by side within an instance.</summary>
    public int Concurrency { get; private set; } = 4;

    public QueueDefinition On<TEvent, THandler>() where TEvent : class, IEvent where THandler : class, IEventHandler<TEvent>
    {
        var urn = EventAttribute.Of(typeof(TEvent)).Urn;
        _handlers.Add(urn, (typeof(TEvent), typeof(THandler)));
        _calls.Add(urn, (services, envelope, ct) => services.GetRequiredService<THandler>()
            .HandleAsync(new Received<TEvent>(MessagingJson.Read<TEvent>(envelope), envelope), ct));
        return this;
    }

    /// <summary>Takes all events, those of contracts not known here too.</summary>
    public QueueDefinition OnAny<THandler>() where THandler : class, IAnyEventHandler
    {
        AnyHandler = typeof(THandler);
        return this;
    }

    public QueueDefinition WithConcurrency(int concurrency)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(concurrency);
        Concurrency = concurrency;
        return this;
    }

    /// <summary>Calls what this queue does with the event; nothing for a contract that it does not take.</summary>
    internal async Task HandleAsync(IServiceProvider services, EventEnvelope envelope, CancellationToken ct)
    {
        if (_calls.TryGetValue(envelope.Type, out var call)) await call(services, envelope, ct);
        if (AnyHandler is { } any) await ((IAnyEventHandler)services.GetRequiredService(any)).HandleAsync(envelope, ct);
    }
}
