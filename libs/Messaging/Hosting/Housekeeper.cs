using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Wir.Messaging.Storage;

namespace Wir.Messaging;

/// <summary>Keeps the tables of messaging bounded: inbox, partitions of the event log, old tombstones of the feed.</summary>
internal sealed partial class Housekeeper(
    NpgsqlDataSource source, SchemaName schema, IOptions<MessagingOptions> options, TimeProvider time, ILogger<Housekeeper> logger) : BackgroundService
{
    private const int BatchSize = 5000;

    /// <summary>One round; also what tests call.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        // One instance is enough; the lock goes with the connection.
        if (await ScalarAsync(connection, $"select pg_try_advisory_lock(hashtext('wir.housekeeping.{schema.Name}'))", ct) is not true) return;

        try
        {
            var now = time.GetUtcNow();
            await Partitions.EnsureAsync(source, schema.Name, now, ct);
            await Partitions.DropOldAsync(source, schema.Name, now, ct);
            var inbox = await DeleteInboxAsync(connection, now - options.Value.InboxKept, ct);
            var tombstones = await DeleteTombstonesAsync(connection, now.AddMonths(-Partitions.MonthsKept), ct);
            await DeleteIdempotencyKeysAsync(connection, now - Idempotency.Kept, ct);
            Log.Done(logger, inbox, tombstones);
        }
        finally
        {
            // The pool would keep the lock with the connection until somebody uses it again.
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await ScalarAsync(connection, $"select pg_advisory_unlock(hashtext('wir.housekeeping.{schema.Name}'))", CancellationToken.None);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(stoppingToken);
            }
#pragma warning disable CA1031 // Tried again in the next round.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Log.Failed(logger, e);
            }

            await Task.Delay(options.Value.HousekeepingInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<long> DeleteInboxAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken ct)
    {
        var total = 0L;
        int deleted;
        do
        {
            // Small transactions: consumers insert here all the time.
            await using var command = new NpgsqlCommand($"""
                delete from {schema.Name}.inbox_message where ctid = any(array(
                    select ctid from {schema.Name}.inbox_message where received_at < @before limit {BatchSize}))
                """, connection);
            command.Parameters.AddWithValue("before", before.ToUniversalTime());
            deleted = await command.ExecuteNonQueryAsync(ct);
            total += deleted;
        }
        while (deleted == BatchSize);

        return total;
    }

    /// <summary>Forgets old deletes and remembers up to where, so that a reader who missed them is told to start again.</summary>
    private async Task<long> DeleteTombstonesAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"""
            with gone as (delete from {schema.Name}.feed where data is null and at < @before returning position),
            floor as (
                update {schema.Name}.messaging_counter set value = greatest(value, (select coalesce(max(position), 0) from gone)) where name = 'feed_floor')
            select count(*) from gone
            """, connection);
        command.Parameters.AddWithValue("before", before.ToUniversalTime());
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task DeleteIdempotencyKeysAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"delete from {schema.Name}.idempotency_key where created_at < @before", connection);
        command.Parameters.AddWithValue("before", before.ToUniversalTime());
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(ct);
    }

    private static partial class Log
    {
        [LoggerMessage(1080, LogLevel.Debug, "Housekeeping removed {Inbox} inbox rows and {Tombstones} tombstones")]
        public static partial void Done(ILogger logger, long inbox, long tombstones);

        [LoggerMessage(1081, LogLevel.Warning, "Housekeeping failed; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
