using System.Diagnostics;
using NpgsqlTypes;
using Wir.Messaging;
using Wir.Messaging.Outbox;

namespace Wir.Jobs;

/// <summary>Puts work on the service's list.</summary>
public static class JobQueue
{
    /// <summary>The job exists when, and only when, the next <c>SaveChangesAsync</c> commits.</summary>
    /// <param name="db">The service's database.</param>
    /// <param name="kind">What a handler is registered for.</param>
    /// <param name="payload">What the handler needs: ids rather than contents, no personal data.</param>
    /// <param name="runAt">Not before this instant; null = at once.</param>
    /// <param name="key">At most one unfinished job of the kind has it: while there is one, another is not added.</param>
    /// <returns>The job's id.</returns>
    public static Guid Enqueue(this ServiceDb db, string kind, object payload, DateTimeOffset? runAt = null, string? key = null)
    {
        var id = Guid.CreateVersion7();
        var json = MessagingJson.Write(payload);
        var trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;
        db.OnSave(async (context, ct) =>
        {
            await using var command = OutboxWriter.CreateCommand(context, $"""
                insert into {context.Schema}.job (id, kind, key, payload, run_at, due_at, trace_parent)
                select @id, @kind, @key, @payload::json, at, at, @trace_parent from coalesce(@run_at, clock_timestamp()) at
                on conflict (kind, key) where finished_at is null do nothing
                """);
            OutboxWriter.Add(command, "id", id, NpgsqlDbType.Uuid);
            OutboxWriter.Add(command, "kind", kind, NpgsqlDbType.Text);
            OutboxWriter.Add(command, "key", key, NpgsqlDbType.Text);
            OutboxWriter.Add(command, "payload", json, NpgsqlDbType.Text);
            OutboxWriter.Add(command, "run_at", runAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz);
            OutboxWriter.Add(command, "trace_parent", trace, NpgsqlDbType.Text);
            await command.ExecuteNonQueryAsync(ct);
        });
        return id;
    }
}
