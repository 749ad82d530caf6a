using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using Wir.Areas;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Derived;
using Wir.Monitor.Numbers;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Features.Imports;

/// <summary>What an import was asked to do.</summary>
internal sealed record ImportOrder(
    Guid Id, Indicator Indicator, ReadOnlyMemory<byte> File, bool IsJson, bool DryRun, bool Replace, string? Reason, string By, bool Demo, Func<string, bool> MayWrite);

/// <summary>How it ended.</summary>
internal sealed record ImportEnd(ImportRecord Record, IReadOnlyList<ImportFault> Faults, bool ReasonMissing = false);

/// <summary>Checks a file and makes it the next vintage, in one transaction: all of it or nothing.</summary>
internal sealed class RunImport(NpgsqlDataSource source, MonitorDb db, DraftMethod draft, CodeLists lists,
    AreaRegister areas, TimeProvider time)
{
    /// <summary>Drafts of one sender for one indicator.</summary>
    private const int MostOpen = 20;

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
        var released = await ReleasedVintage.ReadAsync(connection, null, order.Indicator.Code, null, ct);
        if (!TryMerge(order, observations, released, out var cube)) return new(record with { State = "failed", ErrorCount = observations.Faults.Count }, observations.Faults.List);
        var (changed, isRevision) = Compare(released, cube);
        if (isRevision && order.Reason is null) return new(record with { State = "failed" }, [], ReasonMissing: true);
        var seen = await SeenAsync(connection, null, order.Indicator.Code, released, cube, observations.Codes(0), ct);
        return new(record with
        {
            State = "valid", Areas = changed,
            Findings = Plausibility.Check(cube, seen, observations, order.Indicator.Content),
        }, []);
    }

    private async Task<ImportEnd> StoreAsync(ImportOrder order, ImportRecord record, Observations observations, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (connection, inner) = ((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction());
        await LockAsync(connection, inner, order.Indicator.Code, ct);
        var released = await ReleasedVintage.ReadAsync(connection, inner, order.Indicator.Code, null, ct);
        if (!TryMerge(order, observations, released, out var cube)) return await RefuseAsync(false);
        var hash = Slab.Hash(cube);
        var same = released is not null && released.Hash.AsSpan().SequenceEqual(hash)
            ? released.Number
            : await OwnDraftAsync(connection, inner, order, released?.Number ?? 0, hash, ct);
        if (same is not null)
        {
            record = record with { State = "unchanged", Vintage = same, Version = 2 };
            await ImportStore.WriteAsync(connection, inner, record, ct);
            await transaction.CommitAsync(ct);
            return new(record, []);
        }

        var (changed, isRevision) = Compare(released, cube);
        if (isRevision && order.Reason is null) return await RefuseAsync(true);
        var content = order.Indicator.Content;
        var about = VintageAbout.Of(order.Indicator.Code, content, cube, lists, areas, order.Demo || (released?.About.Demo is true && !order.Replace));
        await SupersedeAsync(connection, inner, order.Indicator.Code, order.By, ct);
        var vintage = new Vintage(await VintageStore.NextNumberAsync(connection, inner, order.Indicator.Code, ct), null,
            about, cube);
        await VintageStore.InsertAsync(connection, inner, vintage, hash, record.Id, time.GetUtcNow(), ct);
        var seen = await SeenAsync(connection, inner, order.Indicator.Code, released, cube, observations.Codes(0), ct);
        record = record with
        {
            State = "draft", Vintage = vintage.Number, Base = released?.Number ?? 0, Version = 2, Areas = changed,
            Findings = Plausibility.Check(cube, seen, observations, content),
        };
        await ImportStore.WriteAsync(connection, inner, record, ct);
        await transaction.CommitAsync(ct);
        return new(record, []);

        async Task<ImportEnd> RefuseAsync(bool reasonMissing)
        {
            await transaction.RollbackAsync(ct);
            return await FailAsync(order, record, observations.Faults, reasonMissing, ct);
        }
    }

    /// <summary>
    /// Measures a draft anew when another one was released since: what it changes is put onto what is released now, and whoever checked
    /// or approved it did so for something else. Null when nothing was released since, and its method was not changed.
    /// </summary>
    public async Task<ImportRecord?> RebaseAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, ImportRecord record, CancellationToken ct)
    {
        var indicator = await db.Indicators.AsNoTracking()
            .SingleAsync(candidate => candidate.Code == record.Indicator, ct);
        var methods = await Methods.OfAsync(indicator, connection, transaction, ct);
        if (record.Changes is not null) return await draft.RemeasureAsync(connection, transaction, methods, record, ct);
        if (methods.IsComputed)
        {
            throw new ProblemException(
                Problems.IsDerived.With(new("Er folgt aus anderen Indikatoren.", "It follows from other indicators.")));
        }

        var released = await ReleasedVintage.ReadAsync(connection, transaction, record.Indicator, null, ct);
        if (record.Vintage is not { } number) return null;
        var content = methods.Last;
        var known = await VintageStore.ReadAboutAsync(connection, transaction, record.Indicator, number, ct);
        if (record.Base == (released?.Number ?? 0) && known.Fits(content)) return null;
        var (about, own) = (await VintageStore.ReadSlabAsync(connection, transaction, record.Indicator, number,
            ct))!.Value;
        // One of 0.1.0 may hold drafts of others; all of its difference counts.
        var before = record.Base switch
        {
            null => released?.Cube,
            0 => null,
            { } other => (await VintageStore.ReadSlabAsync(connection, transaction, record.Indicator, other, ct))!.Value.Cube,
        };
        if (CubeMerge.Apply(released?.Cube, [.. CubeMerge.Changes(before, own)], own, lists,
            content) is not { } cube)
        {
            throw new ProblemException(Problems.TooMuchWork.With(new(
                $"Mit dem, was inzwischen freigegeben wurde, hätte der Würfel mehr als {Cube.MaxCells} Zellen.",
                $"With what was released meanwhile, the cube would have more than {Cube.MaxCells} cells.")));
        }

        var changes = CubeMerge.Changes(released?.Cube, cube).ToList();
        await VintageStore.DeleteDraftAsync(connection, transaction, record.Indicator, number, ct);
        if (changes.Count == 0) return record with { State = "unchanged", Vintage = released!.Number, Version = record.Version + 1, Areas = [], Findings = [] };
        var vintage = new Vintage(
            await VintageStore.NextNumberAsync(connection, transaction, record.Indicator, ct), null,
                VintageAbout.Of(record.Indicator, content, cube, lists, areas, about.Demo), cube);
        await VintageStore.InsertAsync(connection, transaction, vintage, Slab.Hash(cube), record.Id, time.GetUtcNow(), ct);
        var changed = CubeMerge.AreasOf(changes);
        var seen = await SeenAsync(connection, transaction, record.Indicator, released, cube, changed, ct);
        return record with
        {
            State = "draft", Vintage = vintage.Number, Base = released?.Number ?? 0, Version = record.Version + 1,
            Areas = changed, Findings = Plausibility.Check(cube, seen, changes, content),
            CheckedBy = null, CheckNote = null, ApprovedBy = null,
        };
    }

    /// <summary>What an import is compared with: its own areas as they would be, all others as they are
    /// public.</summary>
    private async Task<Cube> SeenAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string code, ReleasedVintage? released, Cube cube,
        IEnumerable<string> own, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (released is null || released.VisibleAt <= now) return cube;
        var shown = (await ReleasedVintage.ReadAsync(connection, transaction, code, now, ct))?.Cube;
        var areaCodes = cube.Dimensions[0].Codes;
        var changed = own.ToHashSet(StringComparer.Ordinal);
        return Plausibility.Seen(cube, index => changed.Contains(areaCodes[index / cube.Strides[0]])
            ? cube[index]
            : shown?.At(cube.CodesOf(index)) ?? Cell.Absent);
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

    private bool TryMerge(ImportOrder order, Observations observations, ReleasedVintage? released, [NotNullWhen(true)] out Cube? cube)
    {
        cube = null;
        if (order.Replace && observations.List.Count == 0)
        {
            // What is meant by it, nobody can know: to remove numbers, a file names them.
            observations.Faults.Add(1, "", FaultCodes.Unreadable, "Eine Datei ohne Zeilen ersetzt nichts.", "A file without rows replaces nothing.");
            return false;
        }

        cube = CubeMerge.Merge(released?.Cube, observations, lists, order.Indicator.Content, order.Replace ? key => !order.MayWrite(key) : null);
        if (cube is not null) return true;
        observations.Faults.Add(1, "", FaultCodes.Unreadable, $"Der Würfel hätte mehr als {Cube.MaxCells} Zellen.", $"The cube would have more than {Cube.MaxCells} cells.");
        return false;
    }

    /// <summary>Areas with a changed cell, and whether a number that was released is changed.</summary>
    private static (string[] Areas, bool IsRevision) Compare(ReleasedVintage? released, Cube cube)
    {
        var (areas, isRevision) = (new SortedSet<string>(StringComparer.Ordinal), false);
        foreach (var change in CubeMerge.Changes(released?.Cube, cube))
        {
            areas.Add(change.Codes[0]);
            isRevision |= change.Old.Status != ObservationStatus.Absent;
        }

        return ([.. areas], isRevision);
    }

    internal static async Task LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string indicator, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(hashtext('wir.monitor.' || @indicator))", connection, transaction);
        command.Parameters.AddWithValue("indicator", indicator);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The sender's own open draft of the same numbers: a file sent twice makes one draft.</summary>
    private static async Task<int?> OwnDraftAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ImportOrder order, int released, byte[] hash, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            select max(v.number) from monitor.vintage v join monitor.import i on i.id = v.import_id
            where v.indicator = @indicator and v.visible_at is null and v.content_hash = @hash
                and i.state in ('draft', 'checked', 'approved') and i.record->>'createdBy' = @by and (i.record->>'base')::int = @base
            """, connection, transaction);
        command.Parameters.AddWithValue("indicator", order.Indicator.Code);
        command.Parameters.AddWithValue("hash", hash);
        command.Parameters.AddWithValue("by", order.By);
        command.Parameters.AddWithValue("base", released);
        return await command.ExecuteScalarAsync(ct) as int?;
    }

    /// <summary>Drafts of others stay. Of one's own so many may be open; the oldest give way.</summary>
    internal static Task SupersedeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string indicator,
        string by, CancellationToken ct) =>
        SupersedeAsync(connection, transaction,
            $"record->>'createdBy' = @by order by vintage desc offset {MostOpen - 1}", indicator, by, ct);

    /// <summary>Files that were read by another unit, breakdown or as numbers of what is now computed.</summary>
    internal static Task SupersedeFilesAsync(NpgsqlConnection connection, NpgsqlTransaction transaction,
        string indicator, CancellationToken ct) =>
        SupersedeAsync(connection, transaction,
            "coalesce(jsonb_typeof(record->'changes'), 'null') = 'null' and @by = ''", indicator, "", ct);

    private static async Task SupersedeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string which,
        string indicator, string by, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($$"""
            with old as (
                select id from monitor.import
                where indicator = @indicator and state in ('draft', 'checked', 'approved') and {{which}}),
            gone as (
                update monitor.import i set state = 'superseded', version = version + 1, record = jsonb_set(record, '{state}', '"superseded"')
                from old where i.id = old.id returning i.id)
            delete from monitor.vintage v using gone where v.import_id = gone.id and v.visible_at is null
            """, connection, transaction);
        command.Parameters.AddWithValue("indicator", indicator);
        command.Parameters.AddWithValue("by", by);
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>The vintage of an indicator that was released last, be it under embargo.</summary>
/// <param name="Number">1, 2, 3 … per indicator.</param>
/// <param name="Hash">Of its numbers.</param>
/// <param name="VisibleAt">From when on everybody sees it.</param>
/// <param name="About">What is shown beside the numbers.</param>
/// <param name="Cube">The numbers.</param>
internal sealed record ReleasedVintage(
    int Number, byte[] Hash, DateTimeOffset VisibleAt, VintageAbout About, Cube Cube)
{
    /// <param name="connection">Of the transaction.</param>
    /// <param name="transaction">The caller's.</param>
    /// <param name="indicator">Its code.</param>
    /// <param name="until">Visible by this instant; null for the last one of all.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task<ReleasedVintage?> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string indicator, DateTimeOffset? until,
        CancellationToken ct)
    {
        int number;
        byte[] hash;
        DateTimeOffset visibleAt;
        await using (var command = new NpgsqlCommand("""
            select number, content_hash, visible_at from monitor.vintage
            where indicator = @indicator and visible_at <= @until order by number desc limit 1
            """, connection, transaction))
        {
            command.Parameters.AddWithValue("indicator", indicator);
            command.Parameters.AddWithValue("until", NpgsqlDbType.TimestampTz,
                (until ?? DateTimeOffset.MaxValue).UtcDateTime);
            await using var row = await command.ExecuteReaderAsync(ct);
            if (!await row.ReadAsync(ct)) return null;
            (number, hash) = (row.GetInt32(0), row.GetFieldValue<byte[]>(1));
            visibleAt = row.GetFieldValue<DateTimeOffset>(2);
        }

        var (about, cube) = (await VintageStore.ReadSlabAsync(connection, transaction, indicator, number, ct))!.Value;
        return new(number, hash, visibleAt, about, cube);
    }
}
