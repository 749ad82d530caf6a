namespace Wir.Contracts;

/// <summary>A vintage of an indicator became public.</summary>
[Event("monitor", "indicator-released", 1, "indicator")]
public sealed record IndicatorReleased : IEvent
{
    public required Guid IndicatorId { get; init; }

    /// <summary>Code of the catalogue, for example <c>E03</c>.</summary>
    public required string Code { get; init; }
    public required int Vintage { get; init; }
    public required DateTimeOffset ReleasedAt { get; init; }

    Guid IEvent.AggregateId => IndicatorId;
    string? IEvent.Area => null;
}

/// <summary>A released value fell short of its target.</summary>
[Event("monitor", "target-missed", 1, "target")]
public sealed record TargetMissed : IEvent
{
    public required Guid TargetId { get; init; }
    public required string Code { get; init; }
    public required string Area { get; init; }
    public required string Period { get; init; }

    Guid IEvent.AggregateId => TargetId;
}
