using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Wir.Contracts;
using Wir.Messaging.Broker;
using Wir.Messaging.Outbox;

namespace Wir.Messaging.Inbox;

/// <summary>Takes the service's queues and hands their events to the dispatcher, as long as the process runs.</summary>
internal sealed partial class ConsumerHost(
    BusFactory buses, MessagingBuilder model, Dispatcher dispatcher, RetryStore retries, ErrorQueue errors, BrokerState state, IOptions<MessagingOptions> options,
    TimeProvider time, ILogger<ConsumerHost> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_maxPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_watchInterval = TimeSpan.FromMilliseconds(500);
    private readonly MessagingOptions _options = options.Value;
    private readonly CancellationTokenSource _stopping = new();
    private IBusControl? _bus;
    private Task _supervising = Task.CompletedTask;

    /// <summary>Returns at once: a service starts without its broker.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (model.Queues.Count > 0) _supervising = SuperviseAsync();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _supervising.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Deliveries in progress are finished and acknowledged; what was only fetched goes back to the queue.
        if (_bus is { } bus) await StopAsync(bus, _options.StopTimeout, cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Keeps a working bus. Left to itself after an outage, it would come back after a quarter of a minute or more.</summary>
    private async Task SuperviseAsync()
    {
        var pause = new Pause(_options.MaxPause);
        while (!_stopping.IsCancellationRequested)
        {
            IBusControl? bus = null;
            try
            {
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                timeout.CancelAfter(s_connectTimeout);
                await buses.ProbeAsync("consumers", timeout.Token);
                bus = buses.CreateBus("consumers", configure =>
                {
                    foreach (var queue in model.Queues) Configure(configure, queue);
                });
                state.Watch(bus);
                await BusFactory.StartAsync(bus, timeout.Token);
                _bus = bus;
                pause.Reset();
                await WatchAsync(bus);
                if (_stopping.IsCancellationRequested) return;
                Log.Broken(logger);
            }
#pragma warning disable CA1031 // Consuming outlives every fault of the broker.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.CannotConnect(logger, e.Message);
            }

            _bus = null;
            if (bus is not null) await StopAsync(bus, s_connectTimeout, CancellationToken.None);
            await pause.WaitAsync(time, _stopping.Token);
        }
    }

    /// <summary>Returns when the bus has been broken for two looks in a row, or the service stops.</summary>
    private async Task WatchAsync(IBusControl bus)
    {
        var broken = 0;
        while (broken < 2)
        {
            await Task.Delay(s_watchInterval, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested) return;
            broken = bus.CheckHealth().Status == BusHealthStatus.Healthy ? 0 : broken + 1;
        }
    }

    private async Task StopAsync(IBusControl bus, TimeSpan atMost, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(atMost);
        try
        {
            await BusFactory.StopAsync(bus, timeout.Token);
        }
#pragma warning disable CA1031 // The connection is given up anyway; the broker gives unacknowledged deliveries to others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.StopFailed(logger, e.Message);
        }
    }

    private void Configure(IRabbitMqBusFactoryConfigurator bus, QueueDefinition queue) =>
        bus.ReceiveEndpoint(queue.Name, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PublishFaults = false;
            endpoint.Durable = true;
            endpoint.PrefetchCount = queue.Concurrency * Lane.MaxBatch;
            endpoint.ConcurrentMessageLimit = queue.Concurrency * Lane.MaxBatch;
            foreach (var (name, value) in Topology.Arguments(queue.Name, _options)) endpoint.SetQueueArgument(name, value);

            // Only what cannot be read as an envelope comes this way; a failing handler is dealt with below.
            endpoint.ConfigureError(pipe => pipe.UseFilter(new UnreadableMessageFilter(queue.Name, errors)));

            // Events of one thing go one after another: side by side they would only wait for, or fail at, each other's rows.
            var lanes = Enumerable.Range(0, queue.Concurrency).Select(_ => new Lane(queue, dispatcher, (delivery, ct) => TryAsync(queue, delivery, ct))).ToArray();
            endpoint.Handler<EventEnvelope>(context => lanes[(uint)context.Message.AggregateId.GetHashCode() % lanes.Length]
                .HandleAsync(context.Message, context.ReceiveContext.Redelivered, context.CancellationToken));
        });

    /// <summary>Returns when the event is handled or safely put by; throws only to give the delivery back to the broker.</summary>
    private async Task TryAsync(QueueDefinition queue, Delivery delivery, CancellationToken ct)
    {
        var (envelope, pause) = (delivery.Envelope, new Pause(s_maxPause));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await dispatcher.DispatchAsync(queue, [delivery], ct);
                return;
            }
            // A cancellation that nobody here asked for is a handler's own time-out: a failure like others.
            catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                // Given back, so that another instance takes it at once; or the broker has given it to somebody already.
                if (_stopping.IsCancellationRequested || ct.IsCancellationRequested) throw new GivenBackException("The delivery is given back.", e);
                if (Faults.IsDatabaseAway(e))
                {
                    Log.DatabaseAway(logger, queue.Name, e.Message);
                    await pause.WaitAsync(time, _stopping.Token);
                    attempt--;
                }
                else if (attempt < _options.ImmediateTries)
                {
                    Log.TryFailed(logger, e, queue.Name, envelope.Type, envelope.Id, attempt);
                    await Task.Delay(_options.ImmediateDelay * attempt, time, ct);
                }
                else if (await PutByAsync(queue, envelope, e, attempt, ct))
                {
                    return;
                }
                else
                {
                    await pause.WaitAsync(time, _stopping.Token);
                }
            }
        }
    }

    private async Task<bool> PutByAsync(QueueDefinition queue, EventEnvelope envelope, Exception error, int attempts, CancellationToken ct)
    {
        try
        {
            await retries.PutAsync(queue.Name, envelope, Faults.Describe(error), attempts, _options.EffectiveRetryDelays[0], ct);
            MessagingTelemetry.Failed.Add(1, new KeyValuePair<string, object?>("queue", queue.Name));
            Log.PutBy(logger, error, queue.Name, envelope.Type, envelope.Id, attempts);
            return true;
        }
        catch (NpgsqlException e)
        {
            Log.DatabaseAway(logger, queue.Name, e.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1030, LogLevel.Warning, "Queue {Queue} waits for the database: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string queue, string reason);

        [LoggerMessage(1033, LogLevel.Warning, "The connection for consuming is broken and is made anew")]
        public static partial void Broken(ILogger logger);

        [LoggerMessage(1034, LogLevel.Warning, "Cannot consume: {Reason}")]
        public static partial void CannotConnect(ILogger logger, string reason);

        [LoggerMessage(1035, LogLevel.Debug, "The connection for consuming did not close in an orderly way: {Reason}")]
        public static partial void StopFailed(ILogger logger, string reason);

        [LoggerMessage(1031, LogLevel.Warning, "Queue {Queue}: handling {Type} {Id} failed, try {Attempt}")]
        public static partial void TryFailed(ILogger logger, Exception exception, string queue, string type, Guid id, int attempt);

        [LoggerMessage(1032, LogLevel.Error, "Queue {Queue}: handling {Type} {Id} failed {Attempts} times; it is tried again later")]
        public static partial void PutBy(ILogger logger, Exception exception, string queue, string type, Guid id, int attempts);
    }
}
