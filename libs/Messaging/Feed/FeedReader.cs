using System.Text.Json;
using Npgsql;
using Wir.Messaging.Storage;

namespace Wir.Messaging.Feed;

/// <summary>One row of <c>/changes</c>.</summary>
/// <param name="Position">Place in the feed; the next call's <c>after</c>.</param>
/// <param name="Type">Kind of thing.</param>
/// <param name="Op"><c>upsert</c> or <c>delete</c>.</param>
/// <param name="Id">The thing's id.</param>
/// <param name="Version">The thing's public version.</param>
/// <param name="At">Instant of the change (UTC).</param>
/// <param name="Reason">Why it was deleted.</param>
/// <param name="Successor">What took its place.</param>
/// <param name="Data">The thing's public shape; null for a delete.</param>
public sealed record FeedRow(
    long Position, string Type, string Op, Guid Id, long Version, DateTimeOffset At, string? Reason, Guid? Successor, JsonElement? Data);

/// <param name="Head">Last position given so far.</param>
/// <param name="Floor">A position above 0 and below this one is too old: something after it (of the feed: deletes) is forgotten.</param>
internal sealed record ReadableBounds(long Head, long Floor);

internal sealed class FeedReader(NpgsqlDataSource source, SchemaName schema)
{
    public async Task<ReadableBounds> BoundsAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            select (select value from {schema.Name}.messaging_counter where name = 'feed'),
                   (select value from {schema.Name}.messaging_counter where name = 'feed_floor')
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new ReadableBounds(reader.GetInt64(0), reader.GetInt64(1));
    }

    public async Task<List<FeedRow>> ReadAsync(long after, int limit, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"""
            select position, type, thing_id, version, at, reason, successor, data
            from {schema.Name}.feed where position > @after order by position limit @limit
            """);
        command.Parameters.AddWithValue("after", after);
        command.Parameters.AddWithValue("limit", limit);
        var rows = new List<FeedRow>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) rows.Add(Read(reader));
        return rows;
    }

    private static FeedRow Read(NpgsqlDataReader reader)
    {
        var isDelete = reader.IsDBNull(7);
        return new FeedRow(
            reader.GetInt64(0), reader.GetString(1), isDelete ? "delete" : "upsert", reader.GetGuid(2), reader.GetInt64(3),
            reader.GetFieldValue<DateTimeOffset>(4), reader.IsDBNull(5) ? null : reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetGuid(6),
            isDelete ? null : JsonElement.Parse(reader.GetString(7)));
    }
}
