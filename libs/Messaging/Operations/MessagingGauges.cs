using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wir.Messaging.Broker;

namespace Wir.Messaging.Operations;

/// <summary>
/// Gauges of the meter <c>Wir.Messaging</c>, read every few seconds:
/// <c>wir.outbox.depth</c>, <c>wir.outbox.oldest_age</c> (s), <c>wir.outbox.max_attempts</c>, <c>wir.outbox.dead</c>, <c>wir.retry.depth</c>,
/// <c>wir.retry.oldest_age</c> (s), <c>wir.error.depth</c> (per queue), <c>wir.feed.pending</c>, <c>wir.topology.differences</c>.
/// </summary>
internal sealed partial class MessagingGauges : BackgroundService
{
    private readonly MessagingState _state;
    private readonly TopologyCheck _topology;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger<MessagingGauges> _logger;
    private readonly string _service;
    private volatile MessagingNumbers? _numbers;
    private volatile Dictionary<string, long> _errors = [];

    public MessagingGauges(
        MessagingState state, TopologyCheck topology, MessagingBuilder model, IOptions<MessagingOptions> options, TimeProvider time,
        ILogger<MessagingGauges> logger)
    {
        (_state, _topology, _interval, _time, _logger, _service) = (state, topology, options.Value.GaugeInterval, time, logger, model.Service);
        Gauge("wir.outbox.depth", "{event}", "Events still to be sent", n => n.OutboxDepth);
        Gauge("wir.outbox.oldest_age", "s", "Age of the oldest event still to be sent", n => n.OutboxOldestAge);
        Gauge("wir.outbox.max_attempts", "{attempt}", "Most failed attempts of a pending event", n => n.OutboxMaxAttempts);
        Gauge("wir.outbox.dead", "{event}", "Events given up", n => n.OutboxDead);
        Gauge("wir.retry.depth", "{delivery}", "Deliveries that wait to be tried again", n => n.RetryDepth);
        Gauge("wir.retry.oldest_age", "s", "Time since the first failure of the oldest of them", n => n.RetryOldestAge);
        Gauge("wir.feed.pending", "{change}", "Changes without a position in the feed", n => n.FeedPending);
        MessagingTelemetry.Meter.CreateObservableGauge(
            "wir.error.depth", () => _errors.Select(e => new Measurement<long>(e.Value, Tag("queue", e.Key), Tag("service", _service))),
            "{message}", "Messages in error queues");
        MessagingTelemetry.Meter.CreateObservableGauge(
            "wir.topology.differences",
            () => _topology.Report is { CheckedAt: not null } report ? [new Measurement<long>(report.Differences.Count, Tag("service", _service))] : Array.Empty<Measurement<long>>(),
            "{difference}", "Differences between the broker and the declared topology");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                _numbers = await _state.ReadNumbersAsync(stoppingToken);
                _errors = await _state.CountErrorsAsync(stoppingToken);
            }
#pragma warning disable CA1031 // A gauge without a reading is left out, see Gauge.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                (_numbers, _errors) = (null, []);
                Log.CannotRead(_logger, e.Message);
            }

            await Task.Delay(_interval, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        (_numbers, _errors) = (null, []);
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    /// <summary>No reading, no measurement: an old number would be a lie.</summary>
    private void Gauge(string name, string unit, string description, Func<MessagingNumbers, double> read) =>
        MessagingTelemetry.Meter.CreateObservableGauge(
            name, () => _numbers is { } numbers ? [new Measurement<double>(read(numbers), Tag("service", _service))] : Array.Empty<Measurement<double>>(),
            unit, description);

    private static partial class Log
    {
        [LoggerMessage(1091, LogLevel.Debug, "The gauges could not be read: {Reason}")]
        public static partial void CannotRead(ILogger logger, string reason);
    }
}
