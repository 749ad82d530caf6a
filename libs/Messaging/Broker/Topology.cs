using Wir.Contracts;

namespace Wir.Messaging.Broker;

/// <summary>What a service needs on the broker. Declared in one place, deployed by <c>migrate</c>, compared with the broker ever after.</summary>
internal sealed record Topology(IReadOnlyList<string> Exchanges, IReadOnlyList<QueueTopology> Queues, IReadOnlyList<Binding> Bindings)
{
    // Operators look into an error queue by taking messages and giving them back, which counts as deliveries; hence a limit out of reach
    // (without one, newer brokers drop a message after 20).
    private static readonly Dictionary<string, object?> s_errorArguments = new() { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 1_000_000 };

    public static Topology Of(MessagingBuilder model, MessagingOptions options)
    {
        var exchanges = new SortedSet<string>(StringComparer.Ordinal) { EventNames.AllEvents };
        var queues = new List<QueueTopology>();
        var bindings = new List<Binding>();
        foreach (var published in model.Published)
        {
            var exchange = EventAttribute.Of(published).Exchange;
            exchanges.Add(exchange);
            bindings.Add(new Binding(exchange, EventNames.AllEvents, ToQueue: false));
        }

        foreach (var queue in model.Queues)
        {
            var error = EventNames.ErrorQueueOf(queue.Name);
            queues.Add(new QueueTopology(queue.Name, Arguments(queue.Name, options)));
            queues.Add(new QueueTopology(error, s_errorArguments));
            // Each queue stands behind an exchange of its own name, by which a single consumer can be addressed (replay).
            foreach (var name in (string[])[queue.Name, error])
            {
                exchanges.Add(name);
                bindings.Add(new Binding(name, name, ToQueue: true));
            }

            foreach (var source in Sources(queue))
            {
                exchanges.Add(source);
                bindings.Add(new Binding(source, queue.Name, ToQueue: false));
            }
        }

        return new Topology([.. exchanges], queues, bindings);
    }

    /// <summary>Arguments of a queue that is consumed: what it cannot get rid of goes to its error queue, and nothing is dropped on the way there.</summary>
    public static IReadOnlyDictionary<string, object?> Arguments(string queue, MessagingOptions options) => new Dictionary<string, object?>
    {
        ["x-queue-type"] = "quorum",
        ["x-delivery-limit"] = options.DeliveryLimit,
        ["x-dead-letter-exchange"] = EventNames.ErrorQueueOf(queue),
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    private static IEnumerable<string> Sources(QueueDefinition queue) => queue.AnyHandler is not null
        ? [EventNames.AllEvents]
        : queue.Handlers.Values.Select(handler => EventAttribute.Of(handler.Event).Exchange);
}

internal sealed record QueueTopology(string Name, IReadOnlyDictionary<string, object?> Arguments);

/// <summary>A binding from an exchange to a queue or to another exchange, without routing key.</summary>
internal sealed record Binding(string Source, string Destination, bool ToQueue);
