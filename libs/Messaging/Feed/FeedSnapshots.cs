using Npgsql;
using Wir.Messaging.Storage;

namespace Wir.Messaging.Feed;

/// <summary>
/// Everything that the feed would give a reader who starts from nothing, as of one position. Whoever has it goes on with
/// <c>/changes?after=</c> that position.
/// </summary>
public sealed class FeedSnapshots
{
    private readonly NpgsqlDataSource _source;
    private readonly string _schema;

    internal FeedSnapshots(NpgsqlDataSource source, SchemaName schema) => (_source, _schema) = (source, schema.Name);

    /// <summary>The last position given so far.</summary>
    public async Task<long> PositionAsync(CancellationToken ct)
    {
        await using var command = _source.CreateCommand(PositionSql);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Whether anything was deleted after a position: what was made before then still shows it.</summary>
    public async Task<bool> HasDeletesAfterAsync(long position, CancellationToken ct)
    {
        await using var command = _source.CreateCommand($"select exists (select 1 from {_schema}.feed where data is null and position > $1)");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Hands the public shape of every thing to <paramref name="write"/>, in the order of the feed.</summary>
    /// <param name="type">Kind of thing.</param>
    /// <param name="write">Takes one JSON document in UTF-8; the memory is used again after it.</param>
    /// <param name="ct">Stops between two things.</param>
    /// <returns>The position as of which this is everything.</returns>
    public async Task<long> ReadAsync(string type, Func<ReadOnlyMemory<byte>, ValueTask> write, CancellationToken ct)
    {
        await using var connection = await _source.OpenConnectionAsync(ct);
        // One snapshot for the position and the rows: what is sequenced meanwhile is in neither.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        await using var position = new NpgsqlCommand(PositionSql, connection, transaction);
        var head = (long)(await position.ExecuteScalarAsync(ct))!;
        await using var rows = new NpgsqlCommand(
            $"select convert_to(data::text, 'UTF8') from {_schema}.feed where type = $1 and data is not null order by position", connection, transaction);
        rows.Parameters.Add(new NpgsqlParameter<string> { TypedValue = type });
        await using (var reader = await rows.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct)) await write(reader.GetFieldValue<byte[]>(0));
        }

        await transaction.CommitAsync(ct);
        return head;
    }

    private string PositionSql => $"select value from {_schema}.messaging_counter where name = 'feed'";
}
