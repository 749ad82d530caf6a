using System.Text.Json;

namespace Wir.Contracts;

/// <summary>What travels: one event with everything common to all events. The same shape is answered by <c>/internal/events</c>.</summary>
public sealed record EventEnvelope
{
    /// <summary>UUIDv7 given when the event was emitted; equal in every repetition.</summary>
    public required Guid Id { get; init; }

    /// <summary>Identity of the contract, for example <c>urn:message:wir:registry:association-published:v1</c>.</summary>
    public required string Type { get; init; }

    public required string AggregateType { get; init; }

    public required Guid AggregateId { get; init; }

    /// <summary>1, 2, 3 … without gaps per aggregate, counted per emitted event.</summary>
    public required long Sequence { get; init; }

    /// <summary>Instant at which the change was made (UTC).</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Official municipality key (AGS); null where none applies.</summary>
    public string? Area { get; init; }

    /// <summary>W3C trace context of the request that caused the event.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Id of the first event of a chain.</summary>
    public Guid? CorrelationId { get; init; }

    /// <summary>Id of the event whose handling emitted this one.</summary>
    public Guid? CausationId { get; init; }

    /// <summary>The contract itself, camelCase.</summary>
    public required JsonElement Data { get; init; }
}
