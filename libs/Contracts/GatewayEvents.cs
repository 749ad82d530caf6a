namespace Wir.Contracts;

/// <summary>An API client or one of its keys was created, changed or revoked.</summary>
[Event("gateway", "client-changed", 1, "client")]
public sealed record ClientChanged : IEvent
{
    public required Guid ClientId { get; init; }

    /// <summary>
    /// <c>created</c>, <c>changed</c> or <c>revoked</c>; of a key <c>key-created</c>, <c>key-rotated</c> (the others
    /// end) or <c>key-revoked</c>.
    /// </summary>
    public required string Change { get; init; }
    public string? Area { get; init; }

    /// <summary>The key's public part, for what happened to a key and for the first key of a new client.</summary>
    public string? KeyId { get; init; }

    /// <summary>Who did it, as tokens name them; null when the platform did.</summary>
    public string? Actor { get; init; }

    Guid IEvent.AggregateId => ClientId;
}
