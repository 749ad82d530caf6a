using NpgsqlTypes;

namespace Wir.Messaging.Outbox;

/// <summary>Writes changes for the feed, without positions: those are given after the commit, by the sequencer.</summary>
internal static class FeedWriter
{
    public static async Task WriteAsync(ServiceDb db, IReadOnlyList<FeedChange> changes, DateTimeOffset now, CancellationToken ct)
    {
        var sql = $"""
            insert into {db.Schema}.feed_pending (type, thing_id, version, data, reason, successor, at)
            select type, thing_id, version, data::json, reason, successor, @at
            from unnest(@types, @ids, @versions, @data, @reasons, @successors)
                with ordinality as t (type, thing_id, version, data, reason, successor, ordinal)
            order by ordinal
            """;
        await using var command = OutboxWriter.CreateCommand(db, sql);
        OutboxWriter.Add(command, "types", changes.Select(c => c.Type).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        OutboxWriter.Add(command, "ids", changes.Select(c => c.Id).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        OutboxWriter.Add(command, "versions", changes.Select(c => c.Version).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
        OutboxWriter.Add(command, "data", changes.Select(c => c.Data is null ? null : MessagingJson.Write(c.Data)).ToArray(),
            NpgsqlDbType.Array | NpgsqlDbType.Text);
        OutboxWriter.Add(command, "reasons", changes.Select(c => c.Reason).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        OutboxWriter.Add(command, "successors", changes.Select(c => c.Successor).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        OutboxWriter.Add(command, "at", now.ToUniversalTime(), NpgsqlDbType.TimestampTz);
        await command.ExecuteNonQueryAsync(ct);
    }
}
