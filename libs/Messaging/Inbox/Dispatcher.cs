using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Wir.Contracts;
using Wir.Messaging.Outbox;

namespace Wir.Messaging.Inbox;

/// <summary>Handles an event exactly once per queue: inbox row, effect and emitted events commit together.</summary>
internal abstract class Dispatcher
{
    /// <summary>False when this queue had handled the event before.</summary>
    public abstract Task<bool> DispatchAsync(QueueDefinition queue, EventEnvelope envelope, CancellationToken ct);
}

internal sealed class Dispatcher<TDb>(IServiceScopeFactory scopes) : Dispatcher where TDb : ServiceDb
{
    public override async Task<bool> DispatchAsync(QueueDefinition queue, EventEnvelope envelope, CancellationToken ct)
    {
        using var activity = MessagingTelemetry.StartHandle(envelope, queue.Name);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await EnterInboxAsync(db, queue.Name, envelope.Id, ct))
        {
            MessagingTelemetry.Repeated.Add(1, new KeyValuePair<string, object?>("queue", queue.Name));
            return false;
        }

        db.Cause = envelope;
        await queue.HandleAsync(scope.ServiceProvider, envelope, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        MessagingTelemetry.Handled.Add(1, new KeyValuePair<string, object?>("queue", queue.Name));
        return true;
    }

    /// <summary>A second delivery of the same event, be it at the same instant, waits here for the first one's commit and then finds its row.</summary>
    private static async Task<bool> EnterInboxAsync(TDb db, string consumer, Guid messageId, CancellationToken ct)
    {
        await using var command = OutboxWriter.CreateCommand(db,
            $"insert into {db.Schema}.inbox_message (consumer, message_id) values (@consumer, @message_id) on conflict do nothing");
        OutboxWriter.Add(command, "consumer", consumer, NpgsqlDbType.Text);
        OutboxWriter.Add(command, "message_id", messageId, NpgsqlDbType.Uuid);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }
}

/// <summary>Tells faults of the database from faults of the message: the first ones are waited out, they cost no try.</summary>
internal static class Faults
{
    private const int MaxLength = 1000;

    /// <summary>What is stored and shown about a fault: its innermost reason, cut to a length that a message header bears.</summary>
    public static string Describe(Exception exception)
    {
        var cause = exception.GetBaseException();
        var text = $"{cause.GetType().Name}: {cause.Message}";
        if (text.Length > MaxLength) text = text[..MaxLength];
        // PostgreSQL stores neither NUL nor half a character; a note that cannot be written down would bring the event back for ever.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
    }

    public static bool IsDatabaseAway(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is PostgresException postgres) return postgres.SqlState is "57P01" or "57P02" or "57P03" or "53300" or "53400" or "25006";
            // A statement that takes too long is the message's fault, as long as the failure can be written down.
            if (e is NpgsqlException npgsql) return npgsql is { IsTransient: true, InnerException: not TimeoutException };
        }

        return false;
    }
}
