using Wir.Contracts;

namespace Wir.Messaging;

/// <summary>What a service sends and takes; the broker's topology follows from it and is deployed by <c>migrate</c>.</summary>
public sealed class MessagingBuilder(string service)
{
    private readonly List<QueueDefinition> _queues = [];

    /// <summary>Name of the service, for example <c>registry</c>.</summary>
    public string Service { get; } = service;

    /// <summary>The contracts of this service, all of <see cref="EventCatalog.OfService"/>.</summary>
    public IReadOnlyList<Type> Published { get; } = [.. EventCatalog.OfService(service)];

    public IReadOnlyList<QueueDefinition> Queues => _queues;

    /// <summary>Declares a queue named <c>service.purpose</c> and what is done with its events.</summary>
    public MessagingBuilder Queue(string purpose, Action<QueueDefinition> configure)
    {
        var queue = new QueueDefinition($"{Service}.{purpose}");
        configure(queue);
        _queues.Add(queue);
        return this;
    }
}

public sealed class QueueDefinition(string name)
{
    private readonly Dictionary<string, (Type Event, Type Handler)> _handlers = [];

    public string Name { get; } = name;

    /// <summary>Handler per contract, by its urn.</summary>
    public IReadOnlyDictionary<string, (Type Event, Type Handler)> Handlers => _handlers;

    /// <summary>Set when the queue takes every event of the platform.</summary>
    public Type? AnyHandler { get; private set; }

    public QueueDefinition On<TEvent, THandler>() where TEvent : class, IEvent where THandler : class, IEventHandler<TEvent>
    {
        _handlers.Add(EventAttribute.Of(typeof(TEvent)).Urn, (typeof(TEvent), typeof(THandler)));
        return this;
    }

    /// <summary>Takes all events, those of contracts not known here too.</summary>
    public QueueDefinition OnAny<THandler>() where THandler : class, IAnyEventHandler
    {
        AnyHandler = typeof(THandler);
        return this;
    }
}
