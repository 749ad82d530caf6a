using Wir.Contracts;

namespace Wir.Messaging;

/// <summary>
/// Does one thing with one kind of event. Runs in the transaction that also holds the inbox row and whatever it emits;
/// it is called once per event and consumer, but late and out of order if need be: state compares <see cref="EventEnvelope.Sequence"/>.
/// </summary>
/// <remarks>It changes the service's <see cref="ServiceDb"/> (taken by constructor); saving and committing is done for it.</remarks>
public interface IEventHandler<TEvent> where TEvent : class, IEvent
{
    Task HandleAsync(Received<TEvent> received, CancellationToken ct);
}

/// <summary>Takes every event that reaches its queue, known contract or not (journal).</summary>
public interface IAnyEventHandler
{
    Task HandleAsync(EventEnvelope envelope, CancellationToken ct);
}

/// <summary>An event with what is common to all events.</summary>
public sealed record Received<TEvent>(TEvent Event, EventEnvelope Envelope) where TEvent : class, IEvent;
