using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Wir.Messaging.Outbox;
using Wir.Messaging.Storage;

namespace Wir.Messaging.Feed;

/// <summary>
/// Gives committed changes their positions in the public feed. One at a time over all instances (advisory lock held until commit),
/// so that a reader who saw position n has seen, or will never need, everything below n.
/// </summary>
internal sealed partial class FeedSequencer(
    NpgsqlDataSource source, SchemaName schema, CommitSignal signal, IOptions<MessagingOptions> options, TimeProvider time,
    ILogger<FeedSequencer> logger) : BackgroundService
{
    private const int BatchSize = 2000;
    private readonly Pause _pause = new(options.Value.MaxPause);

    private string SequenceSql { get; } = $"""
        with taken as (
            delete from {schema.Name}.feed_pending
            where ordinal in (select ordinal from {schema.Name}.feed_pending order by ordinal limit {BatchSize})
            returning *
        ), latest as (
            select distinct on (type, thing_id) * from taken order by type, thing_id, version desc, ordinal desc
        ), fresh as (
            select l.*, row_number() over (order by l.ordinal) as n from latest l
            where not exists (
                select 1 from {schema.Name}.feed f where f.type = l.type and f.thing_id = l.thing_id and f.version > l.version)
        ), head as (
            update {schema.Name}.messaging_counter set value = value + (select count(*) from fresh) where name = 'feed' returning value
        ), written as (
            insert into {schema.Name}.feed as f (type, thing_id, position, version, data, reason, successor, at)
            select type, thing_id, head.value - (select count(*) from fresh) + n, version, data, reason, successor, at from fresh cross join head
            on conflict (type, thing_id) do update set position = excluded.position, version = excluded.version, data = excluded.data,
                reason = excluded.reason, successor = excluded.successor, at = excluded.at
        )
        select count(*) from taken
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await RunRoundAsync(stoppingToken) == BatchSize) { }
                _pause.Reset();
                await signal.Feed.WaitAsync(options.Value.PollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The sequencer outlives every fault of the database.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.Pausing(logger, e.Message);
                await _pause.WaitAsync(time, stoppingToken);
            }
        }
    }

    private async Task<long> RunRoundAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var peek = new NpgsqlCommand($"select exists (select 1 from {schema.Name}.feed_pending)", connection);
        if (await peek.ExecuteScalarAsync(ct) is not true) return 0;

        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                // Frozen with the lock, this instance would stop the feed of all others.
                new NpgsqlBatchCommand("set local idle_in_transaction_session_timeout = '10s'"),
                new NpgsqlBatchCommand($"select pg_advisory_xact_lock(hashtext('wir.feed.{schema.Name}'))"),
            },
        };
        await batch.ExecuteNonQueryAsync(ct);
        // A statement of its own, so that its snapshot is taken after the lock and sees what the sequencer before committed.
        await using var command = new NpgsqlCommand(SequenceSql, connection, transaction);
        var count = (long)(await command.ExecuteScalarAsync(ct))!;
        await transaction.CommitAsync(ct);
        return count;
    }

    private static partial class Log
    {
        [LoggerMessage(1040, LogLevel.Warning, "The feed's sequencer pauses: {Reason}")]
        public static partial void Pausing(ILogger logger, string reason);
    }
}
