using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Wir.Messaging.Outbox;
using Wir.Messaging.Storage;

namespace Wir.Messaging.Inbox;

/// <summary>An event whose kept copies are to be looked for, and when it was rewritten last.</summary>
internal sealed record DueRewrite(Guid Id, DateTime RewrittenAt);

/// <summary>
/// Events of others that their owner has rewritten, with their new data. A copy that is put by later, since some instance
/// had the event in hand, gets the new data, too. Kept as long as the inbox.
/// </summary>
internal sealed class RewrittenEvents(NpgsqlDataSource source, SchemaName schema)
{
    /// <summary>Notes it in the transaction that is open on the context.</summary>
    public static async Task AddAsync(ServiceDb db, Guid id, string data, CancellationToken ct)
    {
        await using var command = OutboxWriter.CreateCommand(db, $"""
            insert into {db.Schema}.rewritten_event (event_id, data) values (@id, @data)
            on conflict (event_id) do update
            set data = excluded.data, rewritten_at = excluded.rewritten_at, swept_at = excluded.swept_at
            """);
        OutboxWriter.Add(command, "id", id, NpgsqlDbType.Uuid);
        OutboxWriter.Add(command, "data", data, NpgsqlDbType.Json);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The envelope with other data.</summary>
    public static byte[] With(ReadOnlyMemory<byte> envelope, string data)
    {
        var members = JsonNode.Parse(envelope.Span)!.AsObject();
        members["data"] = JsonNode.Parse(data);
        return Encoding.UTF8.GetBytes(members.ToJsonString(MessagingJson.Options));
    }

    /// <summary>What is noted of a failure, shortened to its kind: the rest may quote the old data.</summary>
    public static string KindOf(string reason) => reason.Split(':')[0];

    /// <summary>The event's new data, JSON; null when it was not rewritten.</summary>
    public async Task<string?> FindAsync(Guid id, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"select data::text from {schema.Name}.rewritten_event where event_id = @id");
        command.Parameters.AddWithValue("id", id);
        return await command.ExecuteScalarAsync(ct) as string;
    }

    /// <summary>
    /// Events that nobody has looked for yet, or not for as long as <paramref name="again"/>: the broker puts a message into
    /// the error queue by itself after too many deliveries.
    /// </summary>
    public async Task<List<DueRewrite>> DueAsync(TimeSpan again, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            select event_id, rewritten_at from {schema.Name}.rewritten_event
            where swept_at < clock_timestamp() - @again order by event_id
            """);
        command.Parameters.AddWithValue("again", again);
        var due = new List<DueRewrite>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) due.Add(new(reader.GetGuid(0), reader.GetDateTime(1)));
        return due;
    }

    /// <summary>Notes that these were looked for, unless they were rewritten again meanwhile; forgets old ones.</summary>
    public async Task SweptAsync(IReadOnlyCollection<DueRewrite> swept, TimeSpan kept, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            update {schema.Name}.rewritten_event as r set swept_at = clock_timestamp()
            from unnest(@ids, @instants) as done (event_id, rewritten_at)
            where r.event_id = done.event_id and r.rewritten_at = done.rewritten_at
            """);
        var (ids, instants) = (swept.Select(one => one.Id).ToArray(), swept.Select(one => one.RewrittenAt).ToArray());
        OutboxWriter.Add(command, "ids", ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        OutboxWriter.Add(command, "instants", instants, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);
        await command.ExecuteNonQueryAsync(ct);
        await using var forget = source.CreateCommand(
            $"delete from {schema.Name}.rewritten_event where rewritten_at < clock_timestamp() - @kept");
        forget.Parameters.AddWithValue("kept", kept);
        await forget.ExecuteNonQueryAsync(ct);
    }
}
