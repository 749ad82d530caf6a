using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Wir.Messaging.Broker;
using Wir.Messaging.Outbox;
using Wir.Messaging.Storage;

namespace Wir.Messaging.Inbox;

/// <summary>
/// Puts the new data of rewritten events into the copies that this service keeps: one pass through the retries and each
/// error queue for all events that are due, however many there are, and in no consumer's transaction.
/// </summary>
internal sealed partial class CopyRewriter(
    NpgsqlDataSource source, SchemaName schema, MessagingBuilder model, RewrittenEvents rewritten, RetryStore retries,
    ErrorQueue errors, IOptions<MessagingOptions> options, TimeProvider time, ILogger<CopyRewriter> logger)
    : BackgroundService
{
    private readonly MessagingOptions _options = options.Value;
    private readonly Pause _pause = new(TimeSpan.FromSeconds(30));

    /// <summary>One pass; also what tests call.</summary>
    /// <returns>How many copies were rewritten.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        // One instance at a time: two would hide from each other the messages that they hold.
        if (!await ScalarAsync(connection, "pg_try_advisory_lock", ct)) return 0;
        try
        {
            var due = await rewritten.DueAsync(_options.HousekeepingInterval, ct);
            if (due.Count == 0) return 0;
            var ids = due.Select(one => one.Id).ToHashSet();
            // Retries first: one that is being given up is waited for, and is in the error queue afterwards.
            var copies = await retries.RewriteAsync(ids, ct);
            foreach (var queue in model.Queues) copies += await errors.RewriteAsync(queue.Name, ids, ct);
            await rewritten.SweptAsync(due, _options.InboxKept, ct);
            if (copies > 0) Log.Rewritten(logger, copies, ids.Count);
            return copies;
        }
        finally
        {
            // The pool would keep the lock with the connection until somebody uses it again.
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await ScalarAsync(connection, "pg_advisory_unlock", CancellationToken.None);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (model.Queues.Count == 0) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(_options.PollInterval, time, stoppingToken);
                if (await rewritten.DueAsync(_options.HousekeepingInterval, stoppingToken) is { Count: > 0 })
                {
                    // What belongs to one erasure comes within moments, and is one pass.
                    await Task.Delay(_options.PollInterval, time, stoppingToken);
                    await RunAsync(stoppingToken);
                }

                _pause.Reset();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever is away now is there again later; the events stay due.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.Pausing(logger, e.Message);
                await _pause.WaitAsync(time, stoppingToken);
            }
        }
    }

    private async Task<bool> ScalarAsync(NpgsqlConnection connection, string function, CancellationToken ct)
    {
        var sql = $"select {function}(hashtext('wir.rewriting.{schema.Name}'))";
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(ct) is true;
    }

    private static partial class Log
    {
        [LoggerMessage(1063, LogLevel.Information, "{Copies} copies of {Events} rewritten events have their new data")]
        public static partial void Rewritten(ILogger logger, int copies, int events);

        [LoggerMessage(1064, LogLevel.Warning, "Kept copies of rewritten events wait for their new data: {Reason}")]
        public static partial void Pausing(ILogger logger, string reason);
    }
}
