namespace Wir.Messaging;

/// <summary>Times and limits of messaging, from the configuration section <c>Wir:Messaging</c>. The defaults suit production; tests shorten them.</summary>
public sealed class MessagingOptions
{
    public const string Section = "Wir:Messaging";

    private static readonly TimeSpan[] s_retryDelays = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15)];

    /// <summary>False where another instance does the sending: this one then only writes its outbox rows.</summary>
    public bool RunRelay { get; set; } = true;

    /// <summary>Heads of aggregates taken in one round of the relay.</summary>
    public int BatchSize { get; set; } = 200;

    /// <summary>Further rows of the same aggregate taken with its head.</summary>
    public int FollowersPerAggregate { get; set; } = 49;

    /// <summary>Aggregates published side by side. The broker client slows down beyond 64 open confirms.</summary>
    public int PublishConcurrency { get; set; } = 64;

    /// <summary>How long a round waits for the broker's confirms in all.</summary>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>After this time the database ends the transaction of a relay that does nothing (frozen). Longer than <see cref="PublishTimeout"/>.</summary>
    public TimeSpan RelayIdleTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Polling of outbox and feed; the signal after a commit only shortens the wait.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause of the relay while the broker or the database is away.</summary>
    public TimeSpan MaxPause { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Failures of one row after which it is dead.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Wait of a failed row before its next attempt, times the number of its attempts.</summary>
    public TimeSpan AttemptDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Tries of a delivery in memory, the first one included.</summary>
    public int ImmediateTries { get; set; } = 3;

    /// <summary>Wait between tries in memory, times their number.</summary>
    public TimeSpan ImmediateDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits before a delivery that failed in memory is tried again, from <c>retry_message</c>; after the last one it goes to the error queue.</summary>
    public IReadOnlyList<TimeSpan> RetryDelays { get; set; } = [];

    /// <summary>What <see cref="RetryDelays"/> is when the configuration names none: 1, 5 and 15 minutes.</summary>
    internal IReadOnlyList<TimeSpan> EffectiveRetryDelays => RetryDelays.Count > 0 ? RetryDelays : s_retryDelays;

    /// <summary>Time that deliveries in progress get when the process is told to stop.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Deliveries of one message by the broker after which it goes to the error queue. An argument of the queue: a change needs a new queue.</summary>
    public int DeliveryLimit { get; set; } = 20;

    /// <summary>Time between two comparisons of the broker's topology with the declared one.</summary>
    public TimeSpan TopologyInterval { get; set; } = TimeSpan.FromSeconds(50);

    /// <summary>Time between two readings of the gauges.</summary>
    public TimeSpan GaugeInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between two rounds of housekeeping.</summary>
    public TimeSpan HousekeepingInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long the inbox remembers what it has seen.</summary>
    public TimeSpan InboxKept { get; set; } = TimeSpan.FromDays(7);
}
