using System.Diagnostics;
using System.Diagnostics.Metrics;
using Wir.Contracts;

namespace Wir.Messaging;

/// <summary>Spans of messaging. The trace context travels on the row, so one trace runs from the request to the last consumer.</summary>
public static class MessagingTelemetry
{
    /// <summary>Name of the source of spans and of the meter.</summary>
    public const string Name = "Wir.Messaging";

    private static readonly ActivitySource s_source = new(Name);

    internal static Meter Meter { get; } = new(Name);

    internal static Counter<long> Published { get; } = Meter.CreateCounter<long>("wir.outbox.published", "{event}", "Events confirmed by the broker");

    internal static Counter<long> Handled { get; } = Meter.CreateCounter<long>("wir.inbox.handled", "{event}", "Events handled with effect");

    internal static Counter<long> Repeated { get; } = Meter.CreateCounter<long>("wir.inbox.repeated", "{event}", "Deliveries of events that had been handled before");

    internal static Counter<long> Failed { get; } = Meter.CreateCounter<long>("wir.inbox.failed", "{event}", "Deliveries put by after failing in memory");

    internal static Activity? StartPublish(EventEnvelope envelope) => Start("publish", envelope, ActivityKind.Producer, Parse(envelope.TraceParent));

    /// <summary>Continues the delivery's span when there is one, else the trace stored in the envelope.</summary>
    internal static Activity? StartHandle(EventEnvelope envelope, string queue, ActivityContext delivery)
    {
        var activity = Start("handle", envelope, ActivityKind.Consumer, delivery == default ? Parse(envelope.TraceParent) : delivery);
        activity?.SetTag("messaging.destination.name", queue);
        return activity;
    }

    private static Activity? Start(string what, EventEnvelope envelope, ActivityKind kind, ActivityContext parent)
    {
        var activity = s_source.StartActivity($"{what} {envelope.Type}", kind, parent);
        activity?.SetTag("messaging.system", "rabbitmq");
        activity?.SetTag("messaging.message.id", envelope.Id);
        activity?.SetTag("wir.aggregate.type", envelope.AggregateType);
        activity?.SetTag("wir.sequence", envelope.Sequence);
        return activity;
    }

    private static ActivityContext Parse(string? traceParent) => ActivityContext.TryParse(traceParent, null, out var context) ? context : default;
}
