using System.Reflection;

namespace Wir.Contracts;

/// <summary>A fact that a service tells the others. Carries no personal data, ever.</summary>
/// <remarks>What is common to all events (id, sequence, time) stands in <see cref="EventEnvelope"/>; a contract holds only its own facts.</remarks>
public interface IEvent
{
    /// <summary>Identifier of the thing the event is about; events of one thing are delivered in order.</summary>
    Guid AggregateId { get; }

    /// <summary>Official municipality key (AGS) of the area concerned; null where none applies.</summary>
    string? Area { get; }
}

/// <summary>The explicit identity of a contract. It never follows from a CLR name, so types may be renamed and moved.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EventAttribute(string service, string name, int version, string aggregate) : Attribute
{
    public string Service { get; } = service;

    /// <summary>Kind of thing the event is about, for example <c>association</c>.</summary>
    public string Aggregate { get; } = aggregate;

    /// <summary>For example <c>urn:message:wir:registry:association-published:v1</c>.</summary>
    public string Urn { get; } = $"urn:message:wir:{service}:{name}:v{version}";

    /// <summary>Name of the broker's exchange, for example <c>registry.association-published.v1</c>.</summary>
    public string Exchange { get; } = $"{service}.{name}.v{version}";

    public static EventAttribute Of(Type type) =>
        type.GetCustomAttribute<EventAttribute>() ?? throw new InvalidOperationException($"{type} has no [Event] identity.");
}
