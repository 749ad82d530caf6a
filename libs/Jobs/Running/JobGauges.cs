using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Wir.Messaging.Storage;

namespace Wir.Jobs.Running;

/// <summary>Gauges of the meter <c>Wir.Jobs</c>, per kind: <c>wir.jobs.waiting</c>, <c>wir.jobs.running</c>, <c>wir.jobs.dead</c>, <c>wir.jobs.oldest_due</c> (s).</summary>
internal sealed partial class JobGauges : BackgroundService
{
    private readonly JobState _state;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger<JobGauges> _logger;
    private readonly string _service;
    private volatile IReadOnlyList<KindOverview> _kinds = [];

    public JobGauges(JobState state, SchemaName schema, IOptions<JobsOptions> options, TimeProvider time, ILogger<JobGauges> logger)
    {
        (_state, _service, _interval, _time, _logger) = (state, schema.Name, options.Value.GaugeInterval, time, logger);
        Gauge("wir.jobs.waiting", "{job}", "Jobs that wait", kind => kind.Waiting);
        Gauge("wir.jobs.running", "{job}", "Jobs that run", kind => kind.Running);
        Gauge("wir.jobs.dead", "{job}", "Jobs given up", kind => kind.Dead);
        Gauge("wir.jobs.oldest_due", "s", "Time that the longest waiting due job has waited", kind => kind.OldestDueSeconds);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                _kinds = await _state.ReadKindsAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                // No reading, no measurement: an old number would be a lie.
                _kinds = [];
                Log.CannotRead(_logger, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(_interval, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Gauge(string name, string unit, string description, Func<KindOverview, double> read) =>
        JobTelemetry.Meter.CreateObservableGauge(
            name, () => _kinds.Select(kind => new Measurement<double>(
                read(kind), new KeyValuePair<string, object?>("kind", kind.Kind), new KeyValuePair<string, object?>("service", _service))),
            unit, description);

    private static partial class Log
    {
        [LoggerMessage(1220, LogLevel.Debug, "The gauges of jobs could not be read: {Reason}")]
        public static partial void CannotRead(ILogger logger, string reason);
    }
}
