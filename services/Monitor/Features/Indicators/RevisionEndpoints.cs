using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Numbers;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;

namespace Wir.Monitor.Features.Indicators;

/// <summary>A released number that was changed or removed.</summary>
/// <param name="Vintage">The vintage that changed it.</param>
/// <param name="ReleasedAt">From when on.</param>
/// <param name="Cell">Code per dimension.</param>
/// <param name="Old">What it was.</param>
/// <param name="New">What it is; status <c>deleted</c> when it is no more.</param>
/// <param name="Reason">Why.</param>
/// <param name="Demo">True when numbers of the vintage are made up for demonstration.</param>
/// <param name="Who">Who imported the change; shown to readers of internal data of the cell's area.</param>
public sealed record Revision(int Vintage, DateTimeOffset ReleasedAt, IReadOnlyDictionary<string, string> Cell, RevisionValue Old, RevisionValue New, string? Reason, bool Demo, string? Who);

public sealed record RevisionValue(double? Value, string Status);

public static class RevisionEndpoints
{
    public static RouteGroupBuilder MapRevisions(this RouteGroupBuilder api)
    {
        api.MapGet("/indicators/{code}/revisions", List).WithName("ListRevisions").WithTags("Indicators")
            .WithSummary("Every released number that was changed or removed later, latest vintage first");
        return api;
    }

    private static async Task<Results<ReadResult<ListOf<Revision>>, ProblemHttpResult>> List(
        HttpContext http, MonitorDb db, NpgsqlDataSource source, VintageStore store, Caller caller, TimeProvider time, string code, [AsParameters] Paging paging, CancellationToken ct)
    {
        if (!await db.Indicators.AnyAsync(indicator => indicator.Code == code, ct)) return (await IndicatorEndpoints.UnknownAsync(db, code, ct)).ToResult();
        var take = paging.Take();
        var after = paging.After<Position>(http);
        var released = await ReleasedAsync(source, code, time.GetUtcNow(), ct);
        var rows = new List<(Revision Revision, Position Position)>();
        for (var i = released.Count - 1; i > 0 && rows.Count <= take; i--)
        {
            if (after is not null && released[i].Number > after.Vintage) continue;
            var (_, now) = await store.LoadAsync(code, released[i].Number, ct);
            var (_, before) = await store.LoadAsync(code, released[i - 1].Number, ct);
            var skip = after is not null && released[i].Number == after.Vintage ? after.Ordinal : 0;
            var changes = CubeMerge.Changes(before, now).Where(change => change.Old.Status != ObservationStatus.Absent).Select((change, at) => (change, at: at + 1)).Skip(skip).Take(take + 1 - rows.Count);
            rows.AddRange(changes.Select(one => (Of(released[i], one.change, now, caller), new Position(released[i].Number, one.at))));
        }

        var (data, links) = Paging.Cut(http, rows, take, last => last.Position);
        return Reads.Ok(new ListOf<Revision>([.. data.Select(row => row.Revision)], links, new ListMeta()));
    }

    private static Revision Of(Released released, CellChange change, Cube cube, Caller caller)
    {
        var cell = cube.Dimensions.Select((dimension, i) => (dimension.Id, Code: change.Codes[i]))
            .ToDictionary(pair => pair.Id, pair => pair.Code);
        var now = change.New.Status == ObservationStatus.Absent ? new(null, "deleted") : Of(change.New);
        var who = caller.May(Scopes.ReadInternal, cell["area"]) ? released.Who : null;
        return new(released.Number, released.VisibleAt, cell, Of(change.Old), now, released.Reason, released.Demo, who);
    }

    private static RevisionValue Of(Cell cell) => new(cell.HasValue ? cell.Value : null, Statuses.Code(cell.Status));

    private static async Task<List<Released>> ReleasedAsync(NpgsqlDataSource source, string code, DateTimeOffset now, CancellationToken ct)
    {
        var released = new List<Released>();
        await using var command = source.CreateCommand("""
            select v.number, v.visible_at, i.record->>'reason', i.record->>'createdBy', v.demo from monitor.vintage v left join monitor.import i on i.id = v.import_id
            where v.indicator = @code and v.visible_at <= @now order by v.number
            """);
        command.Parameters.AddWithValue("code", code);
        command.Parameters.AddWithValue("now", now);
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            released.Add(new(row.GetInt32(0), row.GetFieldValue<DateTimeOffset>(1), row.IsDBNull(2) ? null : row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetBoolean(4)));
        }

        return released;
    }

    private sealed record Released(int Number, DateTimeOffset VisibleAt, string? Reason, string? Who, bool Demo);

    private sealed record Position(int Vintage, int Ordinal);
}
