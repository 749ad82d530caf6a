using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Wir.Contracts;
using Wir.Messaging.Storage;

namespace Wir.Messaging.Inbox;

/// <summary>A delivery that waits to be tried again.</summary>
internal sealed record RetryRow(string Queue, EventEnvelope Envelope, int Attempts, int Round, string LastError);

/// <summary>The table of deliveries that failed and are tried again later.</summary>
internal sealed class RetryStore(NpgsqlDataSource source, SchemaName schema, RewrittenEvents rewritten)
{
    /// <summary>
    /// Puts a delivery by, with its new data if its owner has rewritten it meanwhile. Repeated for the same one, it changes
    /// nothing: the first note stands.
    /// </summary>
    public async Task PutAsync(
        string queue, EventEnvelope envelope, string error, int attempts, TimeSpan wait, CancellationToken ct)
    {
        var text = MessagingJson.Write(envelope);
        var data = await rewritten.FindAsync(envelope.Id, ct);
        if (data is not null)
        {
            text = Encoding.UTF8.GetString(RewrittenEvents.With(Encoding.UTF8.GetBytes(text), data));
            error = RewrittenEvents.KindOf(error);
        }

        await InsertAsync(queue, envelope.Id, text, error, attempts, wait, ct);
        // Rewritten in between, and looked for before the row was there.
        if (data is not null || await rewritten.FindAsync(envelope.Id, ct) is null) return;
        await RewriteAsync([envelope.Id], ct);
    }

    /// <summary>Puts the new data of these events into the rows that hold them.</summary>
    /// <returns>How many rows were changed.</returns>
    public async Task<int> RewriteAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var rows = new List<(string Queue, Guid Id, string Envelope, string Data)>();
        await using (var command = new NpgsqlCommand($"""
            select r.consumer, r.message_id, r.envelope, n.data::text
            from {schema.Name}.retry_message r join {schema.Name}.rewritten_event n on n.event_id = r.message_id
            where r.message_id = any(@ids) for update of r
            """, connection))
        {
            command.Parameters.AddWithValue("ids", ids.ToArray());
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                rows.Add((reader.GetString(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3)));
            }
        }

        var changed = 0;
        foreach (var (queue, id, envelope, data) in rows)
        {
            var text = Encoding.UTF8.GetString(RewrittenEvents.With(Encoding.UTF8.GetBytes(envelope), data));
            if (text == envelope) continue;
            await using var command = new NpgsqlCommand($"""
                update {schema.Name}.retry_message set envelope = @envelope, last_error = split_part(last_error, ':', 1)
                where consumer = @consumer and message_id = @id
                """, connection);
            command.Parameters.Add(new NpgsqlParameter("envelope", NpgsqlDbType.Json) { Value = text });
            command.Parameters.AddWithValue("consumer", queue);
            command.Parameters.AddWithValue("id", id);
            changed += await command.ExecuteNonQueryAsync(ct);
        }

        await transaction.CommitAsync(ct);
        return changed;
    }

    /// <summary>Locks the row that is due longest; its lock lasts as long as the transaction of <paramref name="connection"/>.</summary>
    public async Task<RetryRow?> ClaimAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        // A pump that freezes with the row must not keep it from the others; should it only be slow, the inbox makes a second call harmless.
        await using (var limit = new NpgsqlCommand("set local idle_in_transaction_session_timeout = '2min'", connection))
        {
            await limit.ExecuteNonQueryAsync(ct);
        }

        await using var command = new NpgsqlCommand($"""
            select consumer, envelope, attempts, round, last_error from {schema.Name}.retry_message
            where due_at <= clock_timestamp() order by due_at limit 1 for update skip locked
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return null;
        var envelope = JsonSerializer.Deserialize<EventEnvelope>(reader.GetString(1), MessagingJson.Options)!;
        return new RetryRow(reader.GetString(0), envelope, reader.GetInt32(2), reader.GetInt32(3), reader.GetString(4));
    }

    public Task PostponeAsync(NpgsqlConnection connection, RetryRow row, string error, TimeSpan wait, CancellationToken ct) =>
        MoveAsync(connection, row, row.Round + 1, error, wait, ct);

    /// <summary>Tries it again later, in the same round.</summary>
    public Task DeferAsync(NpgsqlConnection connection, RetryRow row, string error, TimeSpan wait, CancellationToken ct) =>
        MoveAsync(connection, row, row.Round, error, wait, ct);

    public async Task RemoveAsync(NpgsqlConnection connection, RetryRow row, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"delete from {schema.Name}.retry_message where consumer = @consumer and message_id = @id", connection);
        command.Parameters.AddWithValue("consumer", row.Queue);
        command.Parameters.AddWithValue("id", row.Envelope.Id);
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task InsertAsync(
        string queue, Guid id, string envelope, string error, int attempts, TimeSpan wait, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            insert into {schema.Name}.retry_message (consumer, message_id, envelope, attempts, last_error, due_at)
            values (@consumer, @id, @envelope, @attempts, @error, clock_timestamp() + @wait) on conflict do nothing
            """);
        command.Parameters.AddWithValue("consumer", queue);
        command.Parameters.AddWithValue("id", id);
        command.Parameters.Add(new NpgsqlParameter("envelope", NpgsqlDbType.Json) { Value = envelope });
        command.Parameters.AddWithValue("attempts", attempts);
        command.Parameters.AddWithValue("error", error);
        command.Parameters.AddWithValue("wait", wait);
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task MoveAsync(NpgsqlConnection connection, RetryRow row, int round, string error, TimeSpan wait, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"""
            update {schema.Name}.retry_message
            set attempts = attempts + 1, round = @round, last_error = @error, due_at = clock_timestamp() + @wait
            where consumer = @consumer and message_id = @id
            """, connection);
        command.Parameters.AddWithValue("round", round);
        command.Parameters.AddWithValue("error", error);
        command.Parameters.AddWithValue("wait", wait);
        command.Parameters.AddWithValue("consumer", row.Queue);
        command.Parameters.AddWithValue("id", row.Envelope.Id);
        await command.ExecuteNonQueryAsync(ct);
    }
}
