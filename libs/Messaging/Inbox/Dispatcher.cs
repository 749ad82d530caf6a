using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using NpgsqlTypes;
using Wir.Contracts;
using Wir.Messaging.Outbox;

namespace Wir.Messaging.Inbox;

/// <summary>An event as it came to a queue.</summary>
/// <param name="Envelope">The event.</param>
/// <param name="Span">The span of its delivery, if there is one.</param>
internal sealed record Delivery(EventEnvelope Envelope, ActivityContext Span = default);

/// <summary>Handles events exactly once per queue: inbox rows, effects and emitted events commit together.</summary>
internal abstract class Dispatcher
{
    /// <summary>Handles the deliveries one after another in one transaction: all of them, or none. What this queue had handled before is passed over.</summary>
    public abstract Task DispatchAsync(QueueDefinition queue, IReadOnlyList<Delivery> deliveries, CancellationToken ct);
}

internal sealed class Dispatcher<TDb>(IServiceScopeFactory scopes) : Dispatcher where TDb : ServiceDb
{
    public override async Task DispatchAsync(QueueDefinition queue, IReadOnlyList<Delivery> deliveries, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        // A failure ends the transaction; a savepoint per event would cost more than its effect.
        db.Database.AutoSavepointsEnabled = false;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var fresh = await EnterInboxAsync(db, queue.Name, deliveries, ct);
        var handled = 0;
        foreach (var delivery in deliveries)
        {
            // The same event twice in one batch has one row, and is handled once.
            if (!fresh.Remove(delivery.Envelope.Id)) continue;
            using var activity = MessagingTelemetry.StartHandle(delivery.Envelope, queue.Name, delivery.Span);
            db.Cause = delivery.Envelope;
            await queue.HandleAsync(scope.ServiceProvider, delivery.Envelope, ct);
            await db.SaveChangesAsync(ct);
            // Each event finds the database as it is, not what an earlier one had read.
            db.ChangeTracker.Clear();
            handled++;
        }

        if (handled > 0) await transaction.CommitAsync(ct);
        var tag = new KeyValuePair<string, object?>("queue", queue.Name);
        if (handled > 0) MessagingTelemetry.Handled.Add(handled, tag);
        if (handled < deliveries.Count) MessagingTelemetry.Repeated.Add(deliveries.Count - handled, tag);
    }

    /// <summary>A second delivery of the same event, be it at the same instant, waits here for the first one's commit and then finds its row.</summary>
    private static async Task<HashSet<Guid>> EnterInboxAsync(TDb db, string consumer, IReadOnlyList<Delivery> deliveries, CancellationToken ct)
    {
        // Sorted, because two instances that hold the same deliveries would else wait for each other crosswise.
        await using var command = OutboxWriter.CreateCommand(db, $"""
            insert into {db.Schema}.inbox_message (consumer, message_id) select @consumer, id from unnest(@ids) id order by id
            on conflict do nothing returning message_id
            """);
        OutboxWriter.Add(command, "consumer", consumer, NpgsqlDbType.Text);
        OutboxWriter.Add(command, "ids", deliveries.Select(delivery => delivery.Envelope.Id).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        var fresh = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) fresh.Add(reader.GetGuid(0));
        return fresh;
    }
}
