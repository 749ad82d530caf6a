using Xunit.v3;

namespace Wir.TestKit;

/// <summary>When a test runs and what it may use.</summary>
public enum Lane
{
    /// <summary>No input or output; all of them together take less than 10 s.</summary>
    Unit,

    /// <summary>A real PostgreSQL and RabbitMQ (<see cref="TestServers"/>), a database per class.</summary>
    Functional,

    /// <summary>The whole model up, browser included.</summary>
    Platform,

    /// <summary>Faults: things are killed, cut off and delayed.</summary>
    Reliability,
}

/// <summary>
/// Puts the tests of a class, or of an assembly, into a lane: the trait <c>Lane</c>. Every test is in exactly one:
/// an assembly that has the attribute must not have it on its classes as well, since traits add up.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Assembly)]
public sealed class LaneAttribute(Lane lane) : Attribute, ITraitAttribute
{
    public Lane Lane { get; } = lane;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Lane", Lane.ToString())];
}
