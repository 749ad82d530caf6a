using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Wir.Monitor.Data;
using Wir.Monitor.Data.Configurations;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Derived;
using Wir.Monitor.Features.Indicators;
using Wir.Monitor.Numbers;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Features.Imports;

/// <summary>
/// A changed method of an indicator with released numbers. It becomes a draft with the numbers that would follow, and
/// goes the same way as a file: checked, approved by somebody else, released. Until then the description and the
/// numbers stay as they are.
/// </summary>
internal sealed class DraftMethod(MonitorDb db, DeriveVintages derive, IOptions<MonitorOptions> options,
    TimeProvider time)
{
    /// <summary>The draft; one that the same sender has open for the same change is answered again.</summary>
    public async Task<Outcome<ImportRecord>> ProposeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Methods methods, IReadOnlyDictionary<string,
        MemberChange> changes, string? reason, string by, CancellationToken ct)
    {
        if (await SameAsync(connection, transaction, methods.Code, changes, by, ct) is { } open) return open;
        var outcome = await PreviewAsync(connection, transaction, methods, changes, ct);
        if (!outcome.TryGet(out var preview, out var problem)) return problem;
        await RunImport.SupersedeAsync(connection, transaction, methods.Code, by, ct);
        var record = new ImportRecord
        {
            Id = Guid.CreateVersion7(), Indicator = methods.Code, State = "draft", Version = 1, CreatedBy = by,
                CreatedAt = time.GetUtcNow(),
            Reason = reason ?? MethodMembers.Told(changes), Changes = changes,
        };
        record = await StoreAsync(connection, transaction, record, preview, MethodMembers.Apply(methods.Last, changes),
            ct);
        await ImportStore.WriteAsync(connection, transaction, record, ct);
        return record;
    }

    /// <summary>Measures the draft anew; null when the same numbers follow as before.</summary>
    /// <exception cref="ProblemException">The formula can no longer be computed.</exception>
    public async Task<ImportRecord?> RemeasureAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Methods methods, ImportRecord record,
        CancellationToken ct)
    {
        if (record.Vintage is not { } number) return null;
        var outcome = await PreviewAsync(connection, transaction, methods, record.Changes!, ct);
        if (!outcome.TryGet(out var preview, out var problem)) throw new ProblemException(problem);
        var content = MethodMembers.Apply(methods.Last, record.Changes!);
        var (about, cube) = (await VintageStore.ReadSlabAsync(connection, transaction, record.Indicator, number,
            ct))!.Value;
        var isSame = Slab.Hash(cube).AsSpan().SequenceEqual(Slab.Hash(preview.Cube));
        if (isSame && record.Base == preview.Base && about.Fits(content)) return null;
        await VintageStore.DeleteDraftAsync(connection, transaction, record.Indicator, number, ct);
        return await StoreAsync(connection, transaction,
            record with { CheckedBy = null, CheckNote = null, ApprovedBy = null }, preview, content, ct);
    }

    private async Task<Outcome<Preview>> PreviewAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Methods methods, IReadOnlyDictionary<string,
        MemberChange> changes, CancellationToken ct)
    {
        var content = MethodMembers.Apply(methods.Last, changes);
        if (content.Formula is { } text)
        {
            var all = await Methods.AllAsync(db, connection, transaction, ct);
            var most = options.Value.ComputedPerArea;
            if (FormulaCheck.Check(all, methods.Code, content, text, most) is { } invalid) return invalid;
        }

        return await derive.PreviewAsync(connection, transaction, methods, content, ct);
    }

    private async Task<ImportRecord> StoreAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ImportRecord record, Preview preview,
        IndicatorContent content, CancellationToken ct)
    {
        var changes = CubeMerge.Changes(preview.Before, preview.Cube).ToList();
        var number = await VintageStore.NextNumberAsync(connection, transaction, record.Indicator, ct);
        await VintageStore.InsertAsync(connection, transaction, new Vintage(number, null, preview.About, preview.Cube),
            Slab.Hash(preview.Cube), record.Id, time.GetUtcNow(), ct);
        // Another unit, direction or break says something else of every number, also of those that stay the same.
        var isReadAnew = record.Changes!.Keys.Any(name => name != "formula" && MethodMembers.Method.Contains(name))
            || changes.Count == 0;
        return record with
        {
            State = "draft", Vintage = number, Base = preview.Base, Version = record.Version + 1,
            Areas = isReadAnew ? [.. preview.Cube.Dimensions[0].Codes.Order(StringComparer.Ordinal)]
                : CubeMerge.AreasOf(changes),
            Findings = await FindingsAsync(connection, transaction, record.Indicator, preview, changes, content, ct),
        };
    }

    /// <summary>Only of numbers that are public: those under an embargo of others are not for its owner.</summary>
    private async Task<List<Finding>> FindingsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string code, Preview preview,
        IReadOnlyList<CellChange> changes, IndicatorContent content, CancellationToken ct)
    {
        var shown = await ReleasedVintage.ReadAsync(connection, transaction, code, time.GetUtcNow(), ct);
        if (preview.Before is not { } before || shown?.Number == preview.Base)
        {
            return Plausibility.Check(preview.Cube, preview.Cube, changes, content);
        }

        var seen = Plausibility.Seen(preview.Cube,
            index => IsPublic(preview.Cube.CodesOf(index)) ? preview.Cube[index] : Cell.Absent);
        return Plausibility.Check(preview.Cube, seen, changes.Where(change => IsPublic(change.Codes)), content);

        bool IsPublic(string[] codes) => shown is not null && shown.Cube.At(codes).Equals(before.At(codes));
    }

    private static async Task<ImportRecord?> SameAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string indicator, IReadOnlyDictionary<string,
        MemberChange> changes, string by, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            select id from monitor.import where indicator = @indicator and state in ('draft', 'checked', 'approved')
                and record->>'createdBy' = @by and record->'changes' = @changes order by id limit 1
            """, connection, transaction);
        command.Parameters.AddWithValue("indicator", indicator);
        command.Parameters.AddWithValue("by", by);
        command.Parameters.AddWithValue("changes", NpgsqlDbType.Jsonb,
            JsonSerializer.Serialize(changes, JsonColumn.Options));
        return await command.ExecuteScalarAsync(ct) is Guid id
            ? await ImportStore.ReadAsync(connection, transaction, id, ct) : null;
    }
}
