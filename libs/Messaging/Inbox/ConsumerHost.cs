using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wir.Contracts;
using Wir.Messaging.Broker;
using Wir.Messaging.Outbox;

namespace Wir.Messaging.Inbox;

/// <summary>Takes the service's queues and hands their events to the dispatcher, as long as the process runs.</summary>
internal sealed partial class ConsumerHost(
    BusFactory buses, MessagingBuilder model, Dispatcher dispatcher, RetryStore retries, ErrorQueue errors, BrokerState state, IOptions<MessagingOptions> options,
    TimeProvider time, ILogger<ConsumerHost> logger) : IHostedService, IDisposable
{
    private const int Stripes = 64;
    private static readonly TimeSpan s_maxPause = TimeSpan.FromSeconds(5);
    private readonly MessagingOptions _options = options.Value;
    private readonly CancellationTokenSource _stopping = new();
    private IBusControl? _bus;
    private Task? _starting;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (model.Queues.Count == 0) return Task.CompletedTask;
        _bus = buses.CreateBus("consumers", bus =>
        {
            foreach (var queue in model.Queues) Configure(bus, queue);
        });
        state.Watch(_bus);
        // Returns when the broker is there, which may be later than the process: a service starts without its broker.
        _starting = _bus.StartAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        if (_bus is null) return;
        await _starting!.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Deliveries in progress are finished and acknowledged; what was only fetched goes back to the queue.
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.StopTimeout);
        await _bus.StopAsync(timeout.Token);
    }

    public void Dispose() => _stopping.Dispose();

    private void Configure(IRabbitMqBusFactoryConfigurator bus, QueueDefinition queue) =>
        bus.ReceiveEndpoint(queue.Name, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PublishFaults = false;
            endpoint.Durable = true;
            endpoint.PrefetchCount = queue.Concurrency * 2;
            endpoint.ConcurrentMessageLimit = queue.Concurrency;
            foreach (var (name, value) in Topology.Arguments(queue.Name, _options)) endpoint.SetQueueArgument(name, value);

            // Only what cannot be read as an envelope comes this way; a failing handler is dealt with below.
            endpoint.ConfigureError(pipe => pipe.UseFilter(new UnreadableMessageFilter(queue.Name, errors)));

            var stripes = Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1, 1)).ToArray();
            endpoint.Handler<EventEnvelope>(context => HandleAsync(queue, context.Message, stripes, context.CancellationToken));
        });

    private async Task HandleAsync(QueueDefinition queue, EventEnvelope envelope, SemaphoreSlim[] stripes, CancellationToken ct)
    {
        // Events of one thing one after another: side by side they would only wait for, or fail at, each other's rows.
        var stripe = stripes[(uint)envelope.AggregateId.GetHashCode() % Stripes];
        await stripe.WaitAsync(ct);
        try
        {
            await TryAsync(queue, envelope, ct);
        }
        finally
        {
            stripe.Release();
        }
    }

    /// <summary>Returns when the event is handled or safely put by; throws only to give the delivery back to the broker.</summary>
    private async Task TryAsync(QueueDefinition queue, EventEnvelope envelope, CancellationToken ct)
    {
        var pause = new Pause(s_maxPause);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await dispatcher.DispatchAsync(queue, envelope, ct);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Stopping: given back, so that another instance takes it at once.
                if (_stopping.IsCancellationRequested) throw new OperationCanceledException("The service stops.", e);
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
        catch (Exception e) when (Faults.IsDatabaseAway(e))
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1030, LogLevel.Warning, "Queue {Queue} waits for the database: {Reason}")]
        public static partial void DatabaseAway(ILogger logger, string queue, string reason);

        [LoggerMessage(1031, LogLevel.Warning, "Queue {Queue}: handling {Type} {Id} failed, try {Attempt}")]
        public static partial void TryFailed(ILogger logger, Exception exception, string queue, string type, Guid id, int attempt);

        [LoggerMessage(1032, LogLevel.Error, "Queue {Queue}: handling {Type} {Id} failed {Attempts} times; it is tried again later")]
        public static partial void PutBy(ILogger logger, Exception exception, string queue, string type, Guid id, int attempts);
    }
}
