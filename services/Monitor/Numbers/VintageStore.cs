using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Wir.Monitor.Data.Configurations;

namespace Wir.Monitor.Numbers;

/// <summary>A vintage with its numbers.</summary>
/// <param name="Number">1, 2, 3 … per indicator.</param>
/// <param name="VisibleAt">From when on everybody sees it; null while it is a draft.</param>
/// <param name="About">What is shown beside the numbers.</param>
/// <param name="Cube">The numbers.</param>
public sealed record Vintage(int Number, DateTimeOffset? VisibleAt, VintageAbout About, Cube Cube);

/// <summary>
/// Reads vintages. Which one counts is asked of the database each time; what stands in one never changes, so the unpacked numbers
/// of those in use are kept in memory, up to a limit.
/// </summary>
public sealed class VintageStore(NpgsqlDataSource source, IConfiguration configuration, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Bytes of unpacked numbers in memory.</summary>
    private const long Budget = 96L * 1024 * 1024;

    /// <summary>
    /// Connections for the one question that every read asks, prepared once each. Nothing else runs on them, so that there is nothing to
    /// clean up when one is given back: both halve the cost of the question.
    /// </summary>
    private readonly NpgsqlDataSource _questions = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(configuration.GetConnectionString("monitordb"))
    {
        MaxAutoPrepare = 4, AutoPrepareMinUsages = 2, NoResetOnClose = true,
    }.ConnectionString) { Name = "monitordb" }.Build();

    private readonly Lock _lock = new();
    private readonly Dictionary<(string, int), LinkedListNode<(string Indicator, int Number, VintageAbout About, Cube Cube)>> _kept = [];
    private readonly LinkedList<(string Indicator, int Number, VintageAbout About, Cube Cube)> _recent = new();
    private long _bytes;

    /// <param name="indicator">Its code.</param>
    /// <param name="asOf">The state at an instant; null for now.</param>
    /// <param name="number">Exactly this vintage; null for the latest.</param>
    /// <param name="own">
    /// Areas of which the reader may write or approve numbers: what is under embargo, and a draft asked for by number, is shown to
    /// those whose areas it changes. Empty for everybody else.
    /// </param>
    /// <param name="ct">Cancellation.</param>
    public async Task<Vintage?> ReadAsync(string indicator, DateTimeOffset? asOf, int? number, IReadOnlyList<string> own, CancellationToken ct)
    {
        if (await FindAsync(indicator, asOf, number, own, ct) is not (var found, var visibleAt)) return null;
        var (about, cube) = visibleAt <= time.GetUtcNow() ? await LoadAsync(indicator, found, ct) : await ReadStoredAsync(indicator, found, ct);
        return new(found, visibleAt, about, cube);
    }

    /// <summary>
    /// Which vintage counts. The reader is disposed of once: it belongs to its connection, so the second time it would be that of
    /// whoever has the connection by then.
    /// </summary>
    private async Task<(int Number, DateTimeOffset? VisibleAt)?> FindAsync(
        string indicator, DateTimeOffset? asOf, int? number, IReadOnlyList<string> own, CancellationToken ct)
    {
        const string Visible = "select number, visible_at from monitor.vintage v where indicator = $1 and (visible_at <= $2";
        // A vintage holds what was released before it, and what it was computed from: one of those under an embargo of
        // others hides it, too.
        const string Own = """
             exists (select 1 from monitor.import i where i.id = v.import_id and i.record->'areas' ?| $3)
                and not exists (select 1 from monitor.vintage e left join monitor.import i on i.id = e.import_id
                    where e.indicator = $1 and e.number < v.number and e.visible_at > $2
                        and not coalesce(i.record->'areas' ?| $3, false))
                and not exists (
                    select 1 from jsonb_each_text(coalesce(v.about->'inputs', '{}')) as used(code, number)
                    join monitor.vintage e on e.indicator = used.code and e.number <= used.number::int
                    left join monitor.import i on i.id = e.import_id
                    where e.visible_at > $2 and not coalesce(i.record->'areas' ?| $3, false)))
            """;
        var now = time.GetUtcNow().UtcDateTime;
        var until = asOf is { } wanted ? wanted.UtcDateTime : DateTime.MaxValue;
        await using var command = _questions.CreateCommand((number, own.Count) switch
        {
            (null, 0) => $"{Visible}) order by number desc limit 1",
            (null, _) => $"{Visible} or visible_at <= $4 and{Own} order by number desc limit 1",
            (_, 0) => $"{Visible}) and number = $3",
            _ => $"{Visible} or{Own} and number = $4",
        });
        command.Parameters.AddWithValue(indicator);
        // Nobody looks past the end of an embargo of others, whatever instant is asked for.
        command.Parameters.AddWithValue(NpgsqlDbType.TimestampTz, until < now ? until : now);
        if (own.Count > 0) command.Parameters.AddWithValue(NpgsqlDbType.Array | NpgsqlDbType.Text, own.ToArray());
        if (number is { } one) command.Parameters.AddWithValue(one);
        else if (own.Count > 0) command.Parameters.AddWithValue(NpgsqlDbType.TimestampTz, until);
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct)) return null;
        return (row.GetInt32(0), row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1));
    }

    /// <summary>Reads past the memory: a vintage that is not public yet can be withdrawn, and its number assigned again.</summary>
    private async Task<(VintageAbout About, Cube Cube)> ReadStoredAsync(string indicator, int number, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await ReadSlabAsync(connection, null, indicator, number, ct)
            ?? throw new InvalidOperationException($"Vintage {number} of {indicator} is gone.");
    }

    /// <summary>The numbers of a public vintage, which stays as it is.</summary>
    public async Task<(VintageAbout About, Cube Cube)> LoadAsync(string indicator, int number, CancellationToken ct)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue((indicator, number), out var node))
            {
                if (node != _recent.First)
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                }

                return (node.Value.About, node.Value.Cube);
            }
        }

        var loaded = await ReadStoredAsync(indicator, number, ct);
        Keep(indicator, number, loaded.About, loaded.Cube);
        return loaded;
    }

    /// <summary>Reads within a transaction, past the memory.</summary>
    internal static async Task<(VintageAbout About, Cube Cube)?> ReadSlabAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, string indicator, int number, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select about, slab from monitor.vintage where indicator = @indicator and number = @number", connection, transaction);
        command.Parameters.AddWithValue("indicator", indicator);
        command.Parameters.AddWithValue("number", number);
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct)) return null;
        return (JsonSerializer.Deserialize<VintageAbout>(row.GetString(0), JsonColumn.Options)!, Slab.Unpack(row.GetFieldValue<byte[]>(1)));
    }

    /// <summary>What stands beside the numbers of a vintage that is known to exist, without the numbers.</summary>
    internal static async Task<VintageAbout> ReadAboutAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string indicator, int number, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select about from monitor.vintage where indicator = @indicator and number = @number", connection,
            transaction);
        command.Parameters.AddWithValue("indicator", indicator);
        command.Parameters.AddWithValue("number", number);
        return JsonSerializer.Deserialize<VintageAbout>((string)(await command.ExecuteScalarAsync(ct))!,
            JsonColumn.Options)!;
    }

    /// <summary>Numbers of drafts that are gone are not given again while an import names them.</summary>
    internal static async Task<int> NextNumberAsync(NpgsqlConnection connection, NpgsqlTransaction transaction,
        string indicator, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select greatest(
                (select max(number) from monitor.vintage where indicator = @indicator),
                (select max(vintage) from monitor.import where indicator = @indicator), 0) + 1
            """, connection, transaction);
        command.Parameters.AddWithValue("indicator", indicator);
        return (int)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Deletes a draft; what was released stays for ever.</summary>
    internal static async Task DeleteDraftAsync(NpgsqlConnection connection, NpgsqlTransaction transaction,
        string indicator, int number, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "delete from monitor.vintage where indicator = @indicator and number = @number and visible_at is null",
                connection, transaction);
        command.Parameters.AddWithValue("indicator", indicator);
        command.Parameters.AddWithValue("number", number);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Writes a new vintage within a transaction.</summary>
    internal static async Task InsertAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Vintage vintage, byte[] hash, Guid? importId, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            insert into monitor.vintage (indicator, number, import_id, created_at, visible_at, about, slab, content_hash, cells, demo)
            values (@indicator, @number, @import, @now, @visible, @about, @slab, @hash, @cells, @demo)
            """, connection, transaction);
        command.Parameters.AddWithValue("indicator", vintage.About.Code);
        command.Parameters.AddWithValue("number", vintage.Number);
        command.Parameters.AddWithValue("import", NpgsqlDbType.Uuid, (object?)importId ?? DBNull.Value);
        command.Parameters.AddWithValue("now", now.ToUniversalTime());
        command.Parameters.AddWithValue("visible", NpgsqlDbType.TimestampTz, (object?)vintage.VisibleAt?.ToUniversalTime() ?? DBNull.Value);
        command.Parameters.AddWithValue("about", NpgsqlDbType.Jsonb, JsonSerializer.Serialize(vintage.About, JsonColumn.Options));
        command.Parameters.AddWithValue("slab", Slab.Pack(vintage.Cube));
        command.Parameters.AddWithValue("hash", hash);
        command.Parameters.AddWithValue("cells", vintage.Cube.CountPresent());
        command.Parameters.AddWithValue("demo", vintage.About.Demo);
        await command.ExecuteNonQueryAsync(ct);
    }

    public ValueTask DisposeAsync() => _questions.DisposeAsync();

    private void Keep(string indicator, int number, VintageAbout about, Cube cube)
    {
        lock (_lock)
        {
            if (_kept.ContainsKey((indicator, number)) || cube.Footprint > Budget) return;
            _kept[(indicator, number)] = _recent.AddFirst((indicator, number, about, cube));
            _bytes += cube.Footprint;
            while (_bytes > Budget)
            {
                var oldest = _recent.Last!.Value;
                _recent.RemoveLast();
                _kept.Remove((oldest.Indicator, oldest.Number));
                _bytes -= oldest.Cube.Footprint;
            }
        }
    }
}
