using System.Text.RegularExpressions;

namespace Wir.Messaging.Broker;

/// <summary>Names on the broker.</summary>
internal static partial class EventNames
{
    /// <summary>Every event reaches this exchange through its own; queues that take any event bind to it.</summary>
    public const string AllEvents = "wir.events";

    /// <summary><c>urn:message:wir:registry:association-published:v1</c> becomes <c>registry.association-published.v1</c>.</summary>
    /// <exception cref="FormatException">Not the identity of an event.</exception>
    public static string ExchangeOf(string urn) => Urn().Match(urn) is { Success: true } match
        ? $"{match.Groups[1].Value}.{match.Groups[2].Value}.{match.Groups[3].Value}"
        : throw new FormatException($"'{urn}' is not the identity of an event.");

    public static string ErrorQueueOf(string queue) => $"{queue}_error";

    [GeneratedRegex("^urn:message:wir:([a-z0-9-]+):([a-z0-9-]+):(v[0-9]+)$")]
    private static partial Regex Urn();
}
