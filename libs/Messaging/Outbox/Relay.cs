using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Wir.Messaging.Broker;
using Wir.Messaging.Storage;

namespace Wir.Messaging.Outbox;

/// <summary>
/// Carries committed outbox rows to the broker: at least once, in order per aggregate, by any number of relays side by side.
/// While the broker or the database is away it pauses; that costs no row an attempt.
/// </summary>
internal sealed partial class Relay(
    NpgsqlDataSource source, OutboxStore store, EventPublisher publisher, CommitSignal signal, IOptions<MessagingOptions> options,
    TimeProvider time, ILogger<Relay> logger) : BackgroundService
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);
    private readonly MessagingOptions _options = options.Value;
    private readonly Pause _pause = new(options.Value.MaxPause);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_options.RunRelay) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ConnectAsync(stoppingToken);
                while (await RunRoundAsync(stoppingToken)) _pause.Reset();
                _pause.Reset();
                await signal.Relay.WaitAsync(_options.PollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The relay outlives every fault of its dependencies.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.Pausing(logger, e.Message);
                await publisher.ResetAsync();
                await LogPendingAsync(stoppingToken);
                await _pause.WaitAsync(time, stoppingToken);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await publisher.ResetAsync();
    }

    private async Task ConnectAsync(CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(s_connectTimeout);
        await publisher.ConnectAsync(timeout.Token);
    }

    /// <summary>Takes a batch, publishes it and marks it. True when there may be more to do at once.</summary>
    private async Task<bool> RunRoundAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var rows = await store.ClaimAsync(connection, _options.BatchSize, _options.FollowersPerAggregate, _options.RelayIdleTimeout, ct);
        if (rows.Count == 0) return false;

        var results = await PublishAsync(rows, ct);
        // What was confirmed is marked even when the process is told to stop: it would else be sent again.
        await store.MarkFailedAsync(connection, results.Failures, CancellationToken.None);
        await store.FinishAsync(connection, results.Sent, [.. rows.Select(row => row.Position).Except(results.Sent)], CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);

        MessagingTelemetry.Published.Add(results.Sent.Count);
        if (results.Broken is { } error) throw new BrokenBrokerException(error);
        // Failed rows wait from now on; behind a full batch of them there may be others that can be sent.
        return results.Sent.Count + results.Failures.Count > 0;
    }

    /// <summary>Without a broker the events still enter the log, from which others can read them.</summary>
    private async Task LogPendingAsync(CancellationToken ct)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            bool more;
            do
            {
                await using var transaction = await connection.BeginTransactionAsync(ct);
                more = await store.LogPendingAsync(connection, ct);
                await transaction.CommitAsync(ct);
            }
            while (more);
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            // The database is away, too, or the service stops; the next round will tell.
        }
    }

    private async Task<RoundResults> PublishAsync(List<OutboxRow> rows, CancellationToken ct)
    {
        var results = new RoundResults();
        // Not linked to the stop: what is on its way is waited for and marked, so that an orderly stop repeats nothing.
        using var timeout = new CancellationTokenSource(_options.PublishTimeout, time);
        // Nothing new after half the time: a slow broker gets to confirm what it has, where a time-out would cost the connection.
        using var enough = new CancellationTokenSource(_options.PublishTimeout / 2, time);
        using var halt = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, ct);
        var aggregates = rows.GroupBy(row => (row.Envelope.AggregateType, row.Envelope.AggregateId))
            .Select(group => group.OrderBy(row => row.Envelope.Sequence).ToList());
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.PublishConcurrency };
        await Parallel.ForEachAsync(aggregates, parallel, async (aggregate, _) => await PublishAggregateAsync(aggregate, results, timeout.Token, halt.Token));
        return results;
    }

    /// <summary>One after another: the next number leaves only when the one before is confirmed.</summary>
    private async Task PublishAggregateAsync(List<OutboxRow> rows, RoundResults results, CancellationToken timeout, CancellationToken halt)
    {
        foreach (var row in rows)
        {
            if (results.Broken is not null || halt.IsCancellationRequested) return;
            if (row.NotBefore > time.GetUtcNow().UtcDateTime) return;

            using var activity = MessagingTelemetry.StartPublish(row.Envelope);
            var result = await publisher.PublishAsync(row.Envelope, timeout);
            if (result.Outcome != PublishOutcome.Confirmed) activity?.SetStatus(ActivityStatusCode.Error, result.Error);
            switch (result.Outcome)
            {
                case PublishOutcome.Confirmed:
                    results.AddSent(row.Position);
                    continue;
                case PublishOutcome.Broken:
                    results.Break(result.Error!);
                    return;
                default:
                    var failure = Judge(row, result);
                    results.Add(failure);
                    if (failure.Dead)
                    {
                        Log.Dead(logger, row.Envelope.Type, row.Envelope.Id, failure.Error);
                        continue;
                    }

                    return;
            }
        }
    }

    private OutboxFailure Judge(OutboxRow row, PublishResult result)
    {
        var attempts = row.Attempts + 1;
        // A missing queue is the operator's to repair; the row waits for that as long as it takes and keeps its place.
        var dead = result.Outcome == PublishOutcome.Failed && attempts >= _options.MaxAttempts;
        return new OutboxFailure(row.Position, result.Error!, _options.AttemptDelay * Math.Min(attempts, 15), dead);
    }

    private sealed class RoundResults
    {
        private readonly Lock _lock = new();
        private volatile string? _broken;

        public List<long> Sent { get; } = [];

        public List<OutboxFailure> Failures { get; } = [];

        public string? Broken => _broken;

        public void AddSent(long position)
        {
            lock (_lock) Sent.Add(position);
        }

        public void Add(OutboxFailure failure)
        {
            lock (_lock) Failures.Add(failure);
        }

        public void Break(string error) => _broken = error;
    }

    private sealed class BrokenBrokerException(string message) : Exception(message);

    private static partial class Log
    {
        [LoggerMessage(1000, LogLevel.Warning, "The relay pauses: {Reason}")]
        public static partial void Pausing(ILogger logger, string reason);

        [LoggerMessage(1001, LogLevel.Error, "Event {Type} {Id} cannot be sent and is dead: {Error}")]
        public static partial void Dead(ILogger logger, string type, Guid id, string error);
    }
}
