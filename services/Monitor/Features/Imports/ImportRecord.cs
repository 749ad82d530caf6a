using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Wir.Monitor.Data.Configurations;
using Wir.Monitor.Features.Indicators;

namespace Wir.Monitor.Features.Imports;

/// <summary>Something about an imported value that may be right, but has to be looked at.</summary>
/// <param name="Line">Line of the file; 0 when the cell is not of the file.</param>
/// <param name="Kind"><c>bounds</c>, <c>z</c>, <c>modified-z</c> or <c>jump</c>.</param>
/// <param name="Cell">Codes of the cell.</param>
/// <param name="Value">What was imported.</param>
/// <param name="Expected">What it was compared with.</param>
public sealed record Finding(int Line, string Kind, IReadOnlyList<string> Cell, double Value, string Expected);

/// <summary>An import and what became of its vintage.</summary>
public sealed record ImportRecord
{
    public required Guid Id { get; init; }
    public required string Indicator { get; init; }
    public int Version { get; init; } = 1;

    /// <summary><c>running</c>, <c>interrupted</c> (its process ended; the same id may be sent again), <c>failed</c>, <c>unchanged</c>, <c>draft</c>, <c>checked</c>, <c>approved</c>, <c>released</c> or <c>superseded</c>.</summary>
    public required string State { get; init; }
    public int? Vintage { get; init; }

    /// <summary>The released vintage against which it was measured; 0 = there was none. Null for those of 0.1.0, which were measured against drafts of others.</summary>
    public int? Base { get; init; }
    public required string CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Lines read so far.</summary>
    public int Lines { get; init; }
    public int Rows { get; init; }
    public int Accepted { get; init; }
    public int ErrorCount { get; init; }
    public string? Reason { get; init; }

    /// <summary>Areas whose numbers it changes.</summary>
    public IReadOnlyList<string> Areas { get; init; } = [];

    /// <summary>What of the indicator's description it changes, by member; null when it is a file.</summary>
    public IReadOnlyDictionary<string, MemberChange>? Changes { get; init; }

    /// <summary>True when <see cref="Changes"/> are part of the description; before, they wait for their
    /// instant.</summary>
    public bool? Applied { get; init; }
    public string? Format { get; init; }
    public string? Decimal { get; init; }
    public IReadOnlyList<Finding> Findings { get; init; } = [];
    public string? CheckedBy { get; init; }
    public string? CheckNote { get; init; }
    public string? ApprovedBy { get; init; }
    public string? ReleasedBy { get; init; }
    public DateTimeOffset? ReleasedAt { get; init; }
}

/// <summary>Imports in the database.</summary>
internal static class ImportStore
{
    public static async Task<ImportRecord?> ReadAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, Guid id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"select record, version, lines from monitor.import where id = @id{(transaction is null ? "" : " for update")}", connection, transaction);
        command.Parameters.AddWithValue("id", id);
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct)) return null;
        return JsonSerializer.Deserialize<ImportRecord>(row.GetString(0), JsonColumn.Options)! with { Version = row.GetInt32(1), Lines = row.GetInt32(2) };
    }

    /// <summary>True when nobody runs this import; the connection then holds it until <see cref="ReleaseAsync"/>, or until its process ends.</summary>
    public static Task<bool> TryHoldAsync(NpgsqlConnection connection, Guid id, CancellationToken ct) => AskLockAsync("pg_try_advisory_lock", connection, id, ct);

    /// <summary>A pooled connection keeps its locks until it is used again, so that closing it is not enough.</summary>
    public static Task ReleaseAsync(NpgsqlConnection connection, Guid id) => AskLockAsync("pg_advisory_unlock", connection, id, CancellationToken.None);

    /// <summary>Whether a process runs this import at this moment; it holds nothing afterwards.</summary>
    public static async Task<bool> IsHeldAsync(NpgsqlConnection connection, Guid id, CancellationToken ct) =>
        !await AskLockAsync("pg_try_advisory_xact_lock", connection, id, ct);

    private static async Task<bool> AskLockAsync(string function, NpgsqlConnection connection, Guid id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"select {function}(hashtextextended('wir.import.' || @id, 0))", connection);
        command.Parameters.AddWithValue("id", id.ToString());
        return await command.ExecuteScalarAsync(ct) is true;
    }

    /// <summary>Inserts or overwrites; the caller holds the row's lock.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, ImportRecord record, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            insert into monitor.import (id, indicator, vintage, state, version, lines, record) values (@id, @indicator, @vintage, @state, @version, @lines, @record)
            on conflict (id) do update set vintage = excluded.vintage, state = excluded.state, version = excluded.version, lines = excluded.lines, record = excluded.record
            """, connection, transaction);
        command.Parameters.AddWithValue("id", record.Id);
        command.Parameters.AddWithValue("indicator", record.Indicator);
        command.Parameters.AddWithValue("vintage", NpgsqlDbType.Integer, (object?)record.Vintage ?? DBNull.Value);
        command.Parameters.AddWithValue("state", record.State);
        command.Parameters.AddWithValue("version", record.Version);
        command.Parameters.AddWithValue("lines", record.Lines);
        command.Parameters.AddWithValue("record", NpgsqlDbType.Jsonb, JsonSerializer.Serialize(record, JsonColumn.Options));
        await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task WriteFaultsAsync(NpgsqlConnection connection, Guid id, IReadOnlyList<ImportFault> faults, CancellationToken ct)
    {
        await using var writer = await connection.BeginBinaryImportAsync("copy monitor.import_fault (import_id, ordinal, line, col, code, detail_de, detail_en) from stdin (format binary)", ct);
        for (var i = 0; i < faults.Count; i++)
        {
            await writer.StartRowAsync(ct);
            await writer.WriteAsync(id, NpgsqlDbType.Uuid, ct);
            await writer.WriteAsync(i + 1, NpgsqlDbType.Integer, ct);
            await writer.WriteAsync(faults[i].Line, NpgsqlDbType.Integer, ct);
            await writer.WriteAsync(faults[i].Column, NpgsqlDbType.Text, ct);
            await writer.WriteAsync(faults[i].Code, NpgsqlDbType.Text, ct);
            await writer.WriteAsync(faults[i].Detail.De, NpgsqlDbType.Text, ct);
            await writer.WriteAsync(faults[i].Detail.En, NpgsqlDbType.Text, ct);
        }

        await writer.CompleteAsync(ct);
    }

    public static async Task<List<(int Ordinal, ImportFault Fault)>> ReadFaultsAsync(NpgsqlDataSource source, Guid id, int after, int limit, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            "select ordinal, line, col, code, detail_de, detail_en from monitor.import_fault where import_id = @id and ordinal > @after order by ordinal limit @limit");
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("after", after);
        command.Parameters.AddWithValue("limit", limit);
        var faults = new List<(int, ImportFault)>();
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct)) faults.Add((row.GetInt32(0), new(row.GetInt32(1), row.GetString(2), row.GetString(3), new(row.GetString(4), row.GetString(5)))));
        return faults;
    }
}
