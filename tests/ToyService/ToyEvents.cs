using Wir.Contracts;

namespace Wir.ToyService;

/// <summary>The toy's event: enough to see order, loss and repetition.</summary>
[Event("toy", "thing-changed", 1, "thing")]
public sealed record ThingChanged : IEvent
{
    public required Guid ThingId { get; init; }
    public required int Version { get; init; }
    public required string Text { get; init; }

    Guid IEvent.AggregateId => ThingId;
    string? IEvent.Area => "06635015";
}

/// <summary>A second contract of the same aggregate, emitted beside the first.</summary>
[Event("toy", "thing-noted", 1, "thing")]
public sealed record ThingNoted : IEvent
{
    public required Guid ThingId { get; init; }

    Guid IEvent.AggregateId => ThingId;
    string? IEvent.Area => null;
}
