using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Wir.Jobs.Storage;
using Wir.Messaging;
using Wir.Messaging.Inbox;
using Wir.Messaging.Outbox;

namespace Wir.Jobs.Running;

/// <summary>Runs one claimed job to its end, its failure or the loss of its lease.</summary>
internal abstract partial class JobRunner(JobStore store, IOptions<JobsOptions> options, TimeProvider time, ILogger<JobRunner> logger)
{
    protected JobStore Store { get; } = store;

    protected JobsOptions Options { get; } = options.Value;

    /// <summary>Never throws. Cancelled by <paramref name="stopping"/>, it gives the job back.</summary>
    public async Task RunAsync(ClaimedJob job, JobKind kind, CancellationToken stopping)
    {
        using var activity = JobTelemetry.Start(job.Kind, job.Id, job.Attempts, job.TraceParent);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var beating = BeatAsync(job, ended);
        var error = await TryAsync(job, kind, ended.Token);
        await ended.CancelAsync();
        var lost = !await beating;
        if (error is null)
        {
            JobTelemetry.Finished.Add(1, new KeyValuePair<string, object?>("kind", job.Kind));
            return;
        }

        activity?.SetStatus(ActivityStatusCode.Error, error.Message);
        if (lost || IsLost(error))
        {
            JobTelemetry.Refused.Add(1, new KeyValuePair<string, object?>("kind", job.Kind));
            Log.Lost(logger, job.Kind, job.Id, job.Attempts);
            return;
        }

        await SettleAsync(job, error, stopping.IsCancellationRequested);
    }

    protected abstract Task WorkAsync(ClaimedJob claimed, Type handler, CancellationToken ct);

    private async Task<Exception?> TryAsync(ClaimedJob job, JobKind kind, CancellationToken ct)
    {
        // Its worker died or froze each time: nobody wrote down a failure, so it is noticed here.
        if (job.Attempts > Options.MaxAttempts) return new InvalidOperationException("The worker fell silent in the last run.");
        try
        {
            await WorkAsync(job, kind.Handler, ct);
            return null;
        }
#pragma warning disable CA1031 // Whatever a handler throws is written down as the run's failure.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e;
        }
    }

    /// <summary>Prolongs the lease until the run has ended; false, and the run is cancelled, when it is lost.</summary>
    private async Task<bool> BeatAsync(ClaimedJob job, CancellationTokenSource ended)
    {
        while (true)
        {
            await Task.Delay(Options.Lease / 3, time, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested) return true;
            try
            {
                if (await Store.BeatAsync(job, Options.Lease, ended.Token)) continue;
                // Finished in this very moment, or taken away; for a finished run the cancellation comes too late to matter.
                await ended.CancelAsync();
                return false;
            }
            catch (Exception e) when (e is OperationCanceledException or NpgsqlException or TimeoutException)
            {
                // The database is away. Should the lease end meanwhile, the fence tells at the next write.
            }
        }
    }

    /// <summary>Writes down what became of the run; a database that is away is waited for as long as the lease may last.</summary>
    private async Task SettleAsync(ClaimedJob job, Exception error, bool stopping)
    {
        var start = time.GetTimestamp();
        var pause = new Pause(TimeSpan.FromSeconds(2));
        while (true)
        {
            try
            {
                if (stopping || Faults.IsDatabaseAway(error)) await Store.ReleaseAsync(job, CancellationToken.None);
                else await FailAsync(job, error);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                if (stopping || time.GetElapsedTime(start) > Options.Lease)
                {
                    Log.NotSettled(logger, job.Kind, job.Id, e.Message);
                    return;
                }

                await pause.WaitAsync(time, CancellationToken.None);
            }
        }
    }

    private async Task FailAsync(ClaimedJob job, Exception error)
    {
        var dead = job.Attempts >= Options.MaxAttempts;
        var wait = TimeSpan.FromTicks((long)Math.Min(Options.MaxRetry.Ticks, Options.FirstRetry.Ticks * Math.Pow(2, job.Attempts - 1)));
        if (!await Store.FailAsync(job, Faults.Describe(error), dead ? null : wait, CancellationToken.None)) return;
        JobTelemetry.Failed.Add(1, new KeyValuePair<string, object?>("kind", job.Kind));
        if (dead) Log.Dead(logger, error, job.Kind, job.Id, job.Attempts);
        else Log.Failed(logger, error, job.Kind, job.Id, job.Attempts, wait);
    }

    private static bool IsLost(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException!)
        {
            if (e is LeaseLostException) return true;
        }

        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(1200, LogLevel.Warning, "Job {Kind} {Id} belongs to another worker by now; what run {Attempt} wrote late was refused")]
        public static partial void Lost(ILogger logger, string kind, Guid id, int attempt);

        [LoggerMessage(1201, LogLevel.Warning, "Job {Kind} {Id} failed in run {Attempt}; the next is in {Wait}")]
        public static partial void Failed(ILogger logger, Exception exception, string kind, Guid id, int attempt, TimeSpan wait);

        [LoggerMessage(1202, LogLevel.Error, "Job {Kind} {Id} failed in run {Attempt} and is dead")]
        public static partial void Dead(ILogger logger, Exception exception, string kind, Guid id, int attempt);

        [LoggerMessage(1203, LogLevel.Warning, "Job {Kind} {Id} ended, and the database cannot be told: {Reason}. It is run again after its lease")]
        public static partial void NotSettled(ILogger logger, string kind, Guid id, string reason);
    }
}

internal sealed class JobRunner<TDb>(
    IServiceScopeFactory scopes, JobStore store, IOptions<JobsOptions> options, TimeProvider time, ILogger<JobRunner> logger)
    : JobRunner(store, options, time, logger) where TDb : ServiceDb
{
    protected override async Task WorkAsync(ClaimedJob claimed, Type handler, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        db.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        db.BeforeCommit = (context, token) => Store.GuardAsync(Connection(context), Transaction(context), claimed, Options.Lease, token);
        var job = new Job(claimed.Payload, (current, token) => SaveAsync(db, claimed, current, finished: false, token))
        {
            Id = claimed.Id,
            Kind = claimed.Kind,
            Key = claimed.Key,
            RunAt = claimed.RunAt,
            Attempt = claimed.Attempts,
            Fence = claimed.Fence,
        }.StartAt(claimed.Done, claimed.Total);
        await ((IJobHandler)scope.ServiceProvider.GetRequiredService(handler)).HandleAsync(job, ct);
        await SaveAsync(db, claimed, job, finished: true, ct);
    }

    private async Task SaveAsync(TDb db, ClaimedJob claimed, Job job, bool finished, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.SaveChangesAsync(ct);
        await Store.ProgressAsync(Connection(db), Transaction(db), claimed, job.Done, job.Total, finished, ct);
        await transaction.CommitAsync(ct);
    }

    private static NpgsqlConnection Connection(ServiceDb db) => (NpgsqlConnection)db.Database.GetDbConnection();

    private static NpgsqlTransaction? Transaction(ServiceDb db) => (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();
}
