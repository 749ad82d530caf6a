using Wir.Messaging.Broker;

namespace Wir.Messaging;

/// <summary>What an operator sees of a service's messaging.</summary>
public sealed record MessagingOverview(
    string Service, OutboxOverview Outbox, RetryOverview Retry, IReadOnlyList<QueueOverview> Queues, FeedOverview Feed, long EventLogPosition,
    TopologyReport Topology);

/// <param name="Depth">Rows still to be sent.</param>
/// <param name="OldestAgeSeconds">Age of the oldest of them; 0 when there is none.</param>
/// <param name="MaxAttempts">Most failed attempts of a pending row.</param>
/// <param name="Dead">Rows given up; they wait for an operator.</param>
/// <param name="DeadRows">The first 100 of them.</param>
public sealed record OutboxOverview(long Depth, double OldestAgeSeconds, int MaxAttempts, long Dead, IReadOnlyList<DeadRow> DeadRows);

public sealed record DeadRow(
    Guid Id, string Type, string AggregateType, Guid AggregateId, long Sequence, int Attempts, string? LastError, DateTimeOffset DeadAt, string? TraceParent);

/// <param name="Depth">Deliveries that wait to be tried again.</param>
/// <param name="Rows">The first 100 of them.</param>
public sealed record RetryOverview(long Depth, IReadOnlyList<RetryingDelivery> Rows);

public sealed record RetryingDelivery(string Queue, Guid MessageId, string Type, int Attempts, string LastError, DateTimeOffset FirstFailedAt, DateTimeOffset DueAt);

/// <param name="Name">The queue.</param>
/// <param name="Errors">Messages in its error queue; null when the broker cannot be asked.</param>
/// <param name="ErrorMessages">The first 20 of them.</param>
public sealed record QueueOverview(string Name, long? Errors, IReadOnlyList<ErrorMessage> ErrorMessages);

/// <param name="Head">Last position given.</param>
/// <param name="Pending">Changes that have no position yet.</param>
public sealed record FeedOverview(long Head, long Pending);

/// <summary>Sends again what was given up. Repeating is harmless: consumers remember what they have handled.</summary>
/// <param name="What"><c>outbox</c> (dead rows), <c>errors</c> (a queue's error queue) or <c>retry</c> (waiting deliveries, at once).</param>
/// <param name="Queue">For <c>errors</c>: the queue, without <c>_error</c>; absent = all queues.</param>
/// <param name="MessageId">Only this event; absent = all.</param>
public sealed record ReplayRequest(string What, string? Queue = null, Guid? MessageId = null);

/// <param name="Replayed">How many were sent again, or made due.</param>
public sealed record ReplayAnswer(int Replayed);
