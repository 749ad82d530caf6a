using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Exceptions;
using Wir.Contracts;
using Wir.Messaging.Inbox;
using RefusedException = RabbitMQ.Client.Exceptions.PublishException;

namespace Wir.Messaging.Broker;

/// <summary>What became of one attempt to publish.</summary>
internal enum PublishOutcome
{
    /// <summary>The broker confirmed: every bound queue has it.</summary>
    Confirmed,

    /// <summary>The broker is there and did not take it: no queue is bound, or a queue refuses. Time may heal that.</summary>
    Refused,

    /// <summary>The event itself cannot be sent.</summary>
    Failed,

    /// <summary>No answer: connection lost or time over. It may or may not have arrived.</summary>
    Broken,
}

internal readonly record struct PublishResult(PublishOutcome Outcome, string? Error = null);

/// <summary>
/// The relay's own connection for sending. It stands apart from the consumers' so that it can be thrown away after a time-out:
/// confirms that never came would else block the client for ever.
/// </summary>
internal sealed partial class EventPublisher(BusFactory buses, ILogger<EventPublisher> logger) : IAsyncDisposable
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(3);
    private volatile IBusControl? _bus;

    /// <summary>Connects if need be; throws when <paramref name="ct"/> ends before there is a connection.</summary>
    public async Task ConnectAsync(CancellationToken ct)
    {
        if (_bus is not null) return;
        await buses.ProbeAsync("relay", ct);
        var bus = buses.CreateBus("relay", _ => { });
        try
        {
            await BusFactory.StartAsync(bus, ct);
            _bus = bus;
        }
        catch
        {
            await StopAsync(bus);
            throw;
        }
    }

    public async Task<PublishResult> PublishAsync(EventEnvelope envelope, CancellationToken ct)
    {
        try
        {
            if (_bus is not { } bus) return new PublishResult(PublishOutcome.Broken, "Not connected.");
            var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{EventNames.ExchangeOf(envelope.Type)}"));
            await endpoint.Send(envelope, Pipe.Execute<SendContext<EventEnvelope>>(context => Describe(context, envelope)), ct);
            return new PublishResult(PublishOutcome.Confirmed);
        }
        catch (MessageReturnedException)
        {
            return new PublishResult(PublishOutcome.Refused, "No queue is bound to the event's exchange.");
        }
        catch (RefusedException e)
        {
            return new PublishResult(PublishOutcome.Refused, $"The broker refused the message: {e.Message}");
        }
        catch (Exception e) when (IsBroken(e))
        {
            return new PublishResult(PublishOutcome.Broken, e.Message);
        }
#pragma warning disable CA1031 // Whatever else goes wrong concerns this event only; it is counted, stored and shown.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new PublishResult(PublishOutcome.Failed, Faults.Describe(e));
        }
    }

    /// <summary>Throws the connection away; the next <see cref="ConnectAsync"/> makes a new one.</summary>
    public async Task ResetAsync()
    {
        var bus = _bus;
        _bus = null;
        if (bus is not null) await StopAsync(bus);
    }

    public async ValueTask DisposeAsync() => await ResetAsync();

    private static void Describe(SendContext<EventEnvelope> context, EventEnvelope envelope)
    {
        context.MessageId = envelope.Id;
        context.Durable = true;
        // Consumers without this library find their way by these.
        context.Headers.Set("wir-type", envelope.Type);
        if ((Activity.Current?.Id ?? envelope.TraceParent) is { } trace) context.Headers.Set("traceparent", trace);
        ((RabbitMqSendContext)context).Mandatory = true;
    }

    private static bool IsBroken(Exception e) => e is OperationCanceledException or TimeoutException or ConnectionException
        or AlreadyClosedException or BrokerUnreachableException or TransportUnavailableException or IOException or ObjectDisposedException
        || (e is OperationInterruptedException { ShutdownReason: not { ReplyCode: 403 or 404 or 405 or 406 } });

    private async Task StopAsync(IBusControl bus)
    {
        using var timeout = new CancellationTokenSource(s_stopTimeout);
        try
        {
            await BusFactory.StopAsync(bus, timeout.Token);
        }
#pragma warning disable CA1031 // The connection is given up anyway.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.StopFailed(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1010, LogLevel.Debug, "The relay's connection did not close in an orderly way")]
        public static partial void StopFailed(ILogger logger, Exception exception);
    }
}
