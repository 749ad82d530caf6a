using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client.Exceptions;
using Wir.Contracts;
using Wir.Messaging.Broker;
using Wir.Messaging.Storage;

namespace Wir.Messaging.Operations;

/// <summary>The numbers behind gauges and overview.</summary>
internal sealed record MessagingNumbers(
    long OutboxDepth, double OutboxOldestAge, int OutboxMaxAttempts, long OutboxDead, long RetryDepth, double RetryOldestAge, long FeedHead, long FeedPending,
    long EventLogPosition);

/// <summary>Reads the state of messaging, and replays.</summary>
internal sealed partial class MessagingState(
    NpgsqlDataSource source, SchemaName schema, MessagingBuilder model, ErrorQueue errors, TopologyCheck topology, CommitSignal signal,
    ILogger<MessagingState> logger)
{
    private const int RowsShown = 100;
    private const int ErrorsShown = 20;

    public async Task<MessagingNumbers> ReadNumbersAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            select count(*) filter (where dead_at is null),
                coalesce(extract(epoch from clock_timestamp() - min(created_at) filter (where dead_at is null)), 0)::float8,
                coalesce(max(attempts) filter (where dead_at is null), 0), count(*) filter (where dead_at is not null),
                (select count(*) from {schema.Name}.retry_message),
                (select coalesce(extract(epoch from clock_timestamp() - min(first_failed_at)), 0)::float8 from {schema.Name}.retry_message),
                (select value from {schema.Name}.messaging_counter where name = 'feed'),
                (select count(*) from {schema.Name}.feed_pending),
                (select value from {schema.Name}.messaging_counter where name = 'event_log')
            from {schema.Name}.outbox_message
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new MessagingNumbers(
            reader.GetInt64(0), Math.Max(0, reader.GetDouble(1)), reader.GetInt32(2), reader.GetInt64(3), reader.GetInt64(4),
            Math.Max(0, reader.GetDouble(5)), reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8));
    }

    /// <summary>Messages per error queue; empty when the broker is away.</summary>
    public async Task<Dictionary<string, long>> CountErrorsAsync(CancellationToken ct)
    {
        var counts = new Dictionary<string, long>();
        try
        {
            foreach (var queue in model.Queues) counts[queue.Name] = await errors.CountAsync(queue.Name, ct);
        }
        catch (Exception e) when (IsBrokerAway(e))
        {
            Log.CannotCount(logger, e.Message);
        }

        return counts;
    }

    public async Task<MessagingOverview> ReadAsync(CancellationToken ct)
    {
        var numbers = await ReadNumbersAsync(ct);
        var dead = numbers.OutboxDead == 0 ? [] : await ReadDeadAsync(ct);
        var retrying = numbers.RetryDepth == 0 ? [] : await ReadRetryingAsync(ct);
        var queues = new List<QueueOverview>();
        foreach (var queue in model.Queues) queues.Add(await ReadQueueAsync(queue.Name, ct));
        return new MessagingOverview(
            model.Service,
            new OutboxOverview(numbers.OutboxDepth, numbers.OutboxOldestAge, numbers.OutboxMaxAttempts, numbers.OutboxDead, dead),
            new RetryOverview(numbers.RetryDepth, retrying), queues, new FeedOverview(numbers.FeedHead, numbers.FeedPending), numbers.EventLogPosition,
            topology.Report);
    }

    public async Task<int> ReplayOutboxAsync(Guid? messageId, CancellationToken ct)
    {
        var count = await ExecuteAsync(
            $"update {schema.Name}.outbox_message set dead_at = null, attempts = 0, not_before = '-infinity' where dead_at is not null", "id", messageId, ct);
        signal.Raise();
        return count;
    }

    public Task<int> ReplayRetriesAsync(Guid? messageId, CancellationToken ct) =>
        ExecuteAsync($"update {schema.Name}.retry_message set due_at = clock_timestamp() where true", "message_id", messageId, ct);

    /// <exception cref="BrokerUnreachableException">The broker is away.</exception>
    public async Task<int> ReplayErrorsAsync(string? queue, Guid? messageId, CancellationToken ct)
    {
        var replayed = 0;
        foreach (var name in model.Queues.Select(q => q.Name).Where(name => queue is null || name == queue))
        {
            replayed += await errors.ReplayAsync(name, messageId, ct);
        }

        return replayed;
    }

    public static bool IsBrokerAway(Exception e) =>
        e is BrokerUnreachableException or AlreadyClosedException or OperationInterruptedException or IOException or TimeoutException;

    private async Task<int> ExecuteAsync(string sql, string idColumn, Guid? messageId, CancellationToken ct)
    {
        await using var command = source.CreateCommand(messageId is null ? sql : $"{sql} and {idColumn} = @id");
        if (messageId is { } id) command.Parameters.AddWithValue("id", id);
        return await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<QueueOverview> ReadQueueAsync(string queue, CancellationToken ct)
    {
        try
        {
            var count = await errors.CountAsync(queue, ct);
            return new QueueOverview(queue, count, count == 0 ? [] : await errors.PeekAsync(queue, ErrorsShown, ct));
        }
        catch (Exception e) when (IsBrokerAway(e))
        {
            return new QueueOverview(queue, null, []);
        }
    }

    private async Task<List<DeadRow>> ReadDeadAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            select id, type, aggregate_type, aggregate_id, sequence, attempts, last_error, dead_at, trace_parent
            from {schema.Name}.outbox_message where dead_at is not null order by dead_at limit {RowsShown}
            """);
        var rows = new List<DeadRow>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new DeadRow(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetGuid(3), reader.GetInt64(4), reader.GetInt32(5),
                reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetFieldValue<DateTimeOffset>(7), reader.IsDBNull(8) ? null : reader.GetString(8)));
        }

        return rows;
    }

    private async Task<List<RetryingDelivery>> ReadRetryingAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            select consumer, message_id, envelope, attempts, last_error, first_failed_at, due_at
            from {schema.Name}.retry_message order by due_at limit {RowsShown}
            """);
        var rows = new List<RetryingDelivery>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new RetryingDelivery(
                reader.GetString(0), reader.GetGuid(1), TypeOf(reader.GetString(2)), reader.GetInt32(3), reader.GetString(4),
                reader.GetFieldValue<DateTimeOffset>(5), reader.GetFieldValue<DateTimeOffset>(6)));
        }

        return rows;
    }

    /// <summary>Read here and not by PostgreSQL, which takes no JSON apart that has a NUL in some text.</summary>
    private static string TypeOf(string envelope) => JsonSerializer.Deserialize<EventEnvelope>(envelope, MessagingJson.Options)!.Type;

    private static partial class Log
    {
        [LoggerMessage(1090, LogLevel.Debug, "The error queues cannot be counted: {Reason}")]
        public static partial void CannotCount(ILogger logger, string reason);
    }
}
