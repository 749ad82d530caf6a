namespace Wir.Contracts;

/// <summary>An API client was created, changed or revoked.</summary>
[Event("gateway", "client-changed", 1, "client")]
public sealed record ClientChanged : IEvent
{
    public required Guid ClientId { get; init; }

    /// <summary><c>created</c>, <c>changed</c> or <c>revoked</c>.</summary>
    public required string Change { get; init; }
    public string? Area { get; init; }

    Guid IEvent.AggregateId => ClientId;
}
