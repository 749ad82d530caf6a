using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Wir.Areas;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Numbers;

namespace Wir.Monitor.Features.Imports;

/// <summary>What an import was asked to do.</summary>
internal sealed record ImportOrder(
    Guid Id, Indicator Indicator, ReadOnlyMemory<byte> File, bool IsJson, bool DryRun, bool Replace, string? Reason, string By, bool Demo, Func<string, bool> MayWrite);

/// <summary>How it ended.</summary>
internal sealed record ImportEnd(ImportRecord Record, IReadOnlyList<ImportFault> Faults, bool ReasonMissing = false);

/// <summary>Checks a file and makes it the next vintage, in one transaction: all of it or nothing.</summary>
internal sealed class RunImport(NpgsqlDataSource source, MonitorDb db, CodeLists lists, AreaRegister areas, TimeProvider time)
{
    private static readonly TimeSpan s_progressInterval = TimeSpan.FromMilliseconds(500);

    public async Task<ImportEnd> RunAsync(ImportOrder order, CancellationToken ct)
    {
        var record = new ImportRecord { Id = order.Id, Indicator = order.Indicator.Code, State = "running", CreatedBy = order.By, CreatedAt = time.GetUtcNow(), Reason = order.Reason };
        if (order.DryRun) return await RunAsync(order, record, ct);
        // Held while it runs, and gone with this process however it ends: so that everybody can tell a running import from one that was cut off.
        await using var alive = await source.OpenConnectionAsync(ct);
        if (!await ImportStore.TryHoldAsync(alive, order.Id, ct)) return new((await ImportStore.ReadAsync(alive, null, order.Id, ct))!, []);
        try
        {
            await ImportStore.WriteAsync(alive, null, record, ct);
            return await RunAsync(order, record, ct);
        }
        finally
        {
            await ImportStore.ReleaseAsync(alive, order.Id);
        }
    }

    private async Task<ImportEnd> RunAsync(ImportOrder order, ImportRecord record, CancellationToken ct)
    {
        var observations = new Observations(order.Indicator.Content, lists, areas, order.MayWrite, new ImportFaults());
        record = await ReadFileAsync(order, record, observations, ct);
        if (observations.Faults.Count > 0) return await FailAsync(order, record, observations.Faults, false, ct);
        return order.DryRun ? await TryAsync(order, record, observations, ct) : await StoreAsync(order, record, observations, ct);
    }

    private async Task<ImportRecord> ReadFileAsync(ImportOrder order, ImportRecord record, Observations observations, CancellationToken ct)
    {
        var csv = order.IsJson ? null : new CsvImport(observations);
        // Off the request's thread, so that progress can be told meanwhile.
        var reading = Task.Run(() =>
        {
            if (csv is not null) csv.Read(order.File.Span);
            else new JsonStatImport(observations).Read(order.File);
        }, ct);
        if (!order.DryRun) await TellProgressAsync(reading, record.Id, () => csv?.Lines ?? observations.Rows, ct);
        await reading;
        return record with
        {
            Lines = csv?.Lines ?? observations.Rows,
            Rows = observations.Rows,
            Accepted = observations.List.Count,
            ErrorCount = observations.Faults.Count,
            Format = order.IsJson ? "json-stat" : csv!.IsSdmx ? "sdmx-csv" : "csv",
            Decimal = csv?.Decimal?.ToString(),
        };
    }

    private async Task TellProgressAsync(Task reading, Guid id, Func<int> lines, CancellationToken ct)
    {
        bool isRead;
        do
        {
            isRead = await Task.WhenAny(reading, Task.Delay(s_progressInterval, time, ct)) == reading;
            await using var command = source.CreateCommand("update monitor.import set lines = @lines, touched_at = clock_timestamp() where id = @id");
            command.Parameters.AddWithValue("lines", lines());
            command.Parameters.AddWithValue("id", id);
            await command.ExecuteNonQueryAsync(ct);
        }
        while (!isRead);
    }

    private async Task<ImportEnd> TryAsync(ImportOrder order, ImportRecord record, Observations observations, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var latest = await LatestAsync(connection, null, order.Indicator.Code, ct);
        if (!TryMerge(order, observations, latest, out var cube)) return new(record with { State = "failed", ErrorCount = observations.Faults.Count }, observations.Faults.List);
        var (changed, isRevision) = Compare(latest, cube);
        if (isRevision && order.Reason is null) return new(record with { State = "failed" }, [], ReasonMissing: true);
        return new(record with { State = "valid", Areas = changed, Findings = Plausibility.Check(cube, observations, order.Indicator.Content) }, []);
    }

    private async Task<ImportEnd> StoreAsync(ImportOrder order, ImportRecord record, Observations observations, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (connection, inner) = ((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction());
        await LockAsync(connection, inner, order.Indicator.Code, ct);
        var latest = await LatestAsync(connection, inner, order.Indicator.Code, ct);
        if (!TryMerge(order, observations, latest, out var cube)) return await RefuseAsync(false);
        var hash = Slab.Hash(cube);
        if (latest is not null && latest.Hash.AsSpan().SequenceEqual(hash))
        {
            record = record with { State = "unchanged", Vintage = latest.Number, Version = 2 };
            await ImportStore.WriteAsync(connection, inner, record, ct);
            await transaction.CommitAsync(ct);
            return new(record, []);
        }

        var (changed, isRevision) = Compare(latest, cube);
        if (isRevision && order.Reason is null) return await RefuseAsync(true);
        var content = order.Indicator.Content;
        var about = VintageAbout.Of(order.Indicator.Code, content, cube, lists, areas, order.Demo || (latest?.About.Demo is true && !order.Replace));
        await SupersedeAsync(connection, inner, order.Indicator.Code, ct);
        var vintage = new Vintage((latest?.Number ?? 0) + 1, null, about, cube);
        await VintageStore.InsertAsync(connection, inner, vintage, hash, record.Id, time.GetUtcNow(), ct);
        record = record with { State = "draft", Vintage = vintage.Number, Version = 2, Areas = changed, Findings = Plausibility.Check(cube, observations, content) };
        await ImportStore.WriteAsync(connection, inner, record, ct);
        await transaction.CommitAsync(ct);
        return new(record, []);

        async Task<ImportEnd> RefuseAsync(bool reasonMissing)
        {
            await transaction.RollbackAsync(ct);
            return await FailAsync(order, record, observations.Faults, reasonMissing, ct);
        }
    }

    private async Task<ImportEnd> FailAsync(ImportOrder order, ImportRecord record, ImportFaults faults, bool reasonMissing, CancellationToken ct)
    {
        record = record with { State = "failed", ErrorCount = faults.Count, Version = 2 };
        if (!order.DryRun)
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await ImportStore.WriteAsync(connection, transaction, record, ct);
            await ImportStore.WriteFaultsAsync(connection, record.Id, faults.List, ct);
            await transaction.CommitAsync(ct);
        }

        return new(record, faults.List, reasonMissing);
    }

    private bool TryMerge(ImportOrder order, Observations observations, LatestVintage? latest, [NotNullWhen(true)] out Cube? cube)
    {
        cube = CubeMerge.Merge(order.Replace ? null : latest?.Cube, observations, lists, order.Indicator.Content);
        if (cube is not null) return true;
        observations.Faults.Add(1, "", FaultCodes.Unreadable, $"Der Würfel hätte mehr als {Cube.MaxCells} Zellen.", $"The cube would have more than {Cube.MaxCells} cells.");
        return false;
    }

    /// <summary>Areas with a changed cell, and whether a number that was released is changed.</summary>
    private static (string[] Areas, bool IsRevision) Compare(LatestVintage? latest, Cube cube)
    {
        var (areas, isRevision) = (new SortedSet<string>(StringComparer.Ordinal), false);
        foreach (var change in CubeMerge.Changes(latest?.Cube, cube))
        {
            areas.Add(change.Codes[0]);
            if (change.Old.Status != ObservationStatus.Absent && latest!.IsReleased) isRevision = true;
        }

        return ([.. areas], isRevision);
    }

    internal static async Task LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string indicator, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(hashtext('wir.monitor.' || @indicator))", connection, transaction);
        command.Parameters.AddWithValue("indicator", indicator);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<LatestVintage?> LatestAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, string indicator, CancellationToken ct)
    {
        int number;
        byte[] hash;
        bool released;
        await using (var command = new NpgsqlCommand("""
            select number, content_hash, exists (select 1 from monitor.vintage o where o.indicator = v.indicator and o.visible_at is not null)
            from monitor.vintage v where indicator = @indicator order by number desc limit 1
            """, connection, transaction))
        {
            command.Parameters.AddWithValue("indicator", indicator);
            await using var row = await command.ExecuteReaderAsync(ct);
            if (!await row.ReadAsync(ct)) return null;
            (number, hash, released) = (row.GetInt32(0), row.GetFieldValue<byte[]>(1), row.GetBoolean(2));
        }

        var (about, cube) = (await VintageStore.ReadSlabAsync(connection, transaction, indicator, number, ct))!.Value;
        return new(number, hash, released, about, cube);
    }

    /// <summary>There is one open vintage per indicator at a time; the new one holds what the open one held.</summary>
    private static async Task SupersedeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string indicator, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            update monitor.import set state = 'superseded', version = version + 1, record = jsonb_set(record, '{state}', '"superseded"')
            where indicator = @indicator and state in ('draft', 'checked', 'approved')
            """, connection, transaction);
        command.Parameters.AddWithValue("indicator", indicator);
        await command.ExecuteNonQueryAsync(ct);
    }

    private sealed record LatestVintage(int Number, byte[] Hash, bool IsReleased, VintageAbout About, Cube Cube);
}
