using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Wir.Messaging.Broker;
using Wir.Messaging.Outbox;

namespace Wir.Messaging.Inbox;

/// <summary>Calls handlers again for deliveries that failed earlier; what fails to the last goes to the queue's error queue.</summary>
internal sealed partial class RetryPump(
    NpgsqlDataSource source, RetryStore store, MessagingBuilder model, Dispatcher dispatcher, ErrorQueue errors,
    IOptions<MessagingOptions> options, TimeProvider time, ILogger<RetryPump> logger) : BackgroundService
{
    private static readonly TimeSpan s_deferral = TimeSpan.FromSeconds(30);
    private readonly MessagingOptions _options = options.Value;
    private readonly Pause _pause = new(TimeSpan.FromSeconds(30));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (model.Queues.Count == 0) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await TryNextAsync(stoppingToken)) { }
                _pause.Reset();
                await Task.Delay(_options.PollInterval, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The pump outlives every fault of its dependencies; the row stays as it was.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.Pausing(logger, e.Message);
                await _pause.WaitAsync(time, stoppingToken);
            }
        }
    }

    private async Task<bool> TryNextAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await store.ClaimAsync(connection, ct) is not { } row) return false;

        if (await TryAsync(row, ct) is not { } error)
        {
            await store.RemoveAsync(connection, row, ct);
        }
        else if (row.Round + 1 < _options.EffectiveRetryDelays.Count)
        {
            await store.PostponeAsync(connection, row, error, _options.EffectiveRetryDelays[row.Round + 1], ct);
        }
        else
        {
            // First there, then gone here: a crash in between leaves it in both places, and the inbox makes that harmless.
            var note = new ErrorNote(row.Envelope.Id, error, row.Attempts + 1, row.Envelope.TraceParent);
            if (await PutAsync(row, note, ct))
            {
                await store.RemoveAsync(connection, row, ct);
                Log.GivenUp(logger, row.Queue, row.Envelope.Type, row.Envelope.Id, note.Attempts, error);
            }
            else
            {
                // The broker is away, or has no such queue: no reason for the other rows to wait, too.
                await store.DeferAsync(connection, row, error, s_deferral, ct);
            }
        }

        await transaction.CommitAsync(ct);
        return true;
    }

    private async Task<bool> PutAsync(RetryRow row, ErrorNote note, CancellationToken ct)
    {
        try
        {
            await errors.PutAsync(row.Queue, System.Text.Encoding.UTF8.GetBytes(MessagingJson.Write(row.Envelope)), note, ct);
            return true;
        }
#pragma warning disable CA1031 // Whatever keeps it out of the error queue, it stays here.
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.CannotGiveUp(logger, row.Queue, row.Envelope.Id, e.Message);
            return false;
        }
    }

    /// <summary>Null when handled, else what went wrong.</summary>
    private async Task<string?> TryAsync(RetryRow row, CancellationToken ct)
    {
        // A queue of an earlier version of the service: nobody knows what to do with its events any more, an operator has to look.
        if (model.Queues.FirstOrDefault(queue => queue.Name == row.Queue) is not { } queue) return "The service no longer has this queue.";
        try
        {
            await dispatcher.DispatchAsync(queue, [new Delivery(row.Envelope)], ct);
            return null;
        }
        catch (Exception e) when ((e is not OperationCanceledException || !ct.IsCancellationRequested) && !Faults.IsDatabaseAway(e))
        {
            return Faults.Describe(e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1060, LogLevel.Warning, "Retries pause: {Reason}")]
        public static partial void Pausing(ILogger logger, string reason);

        [LoggerMessage(1062, LogLevel.Warning, "Queue {Queue}: {Id} cannot be put into the error queue yet: {Reason}")]
        public static partial void CannotGiveUp(ILogger logger, string queue, Guid id, string reason);

        [LoggerMessage(1061, LogLevel.Error, "Queue {Queue}: {Type} {Id} failed {Attempts} times and is in the error queue: {Error}")]
        public static partial void GivenUp(ILogger logger, string queue, string type, Guid id, int attempts, string error);
    }
}
