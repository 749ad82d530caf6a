using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Wir.Areas;
using Wir.Monitor.Data;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Monitor.Features.Imports;

/// <param name="Note">Why noticeable values are right; needed when there are any.</param>
public sealed record CheckRequest(string? Note = null);

/// <param name="EmbargoUntil">Until this instant only editors see the numbers.</param>
/// <param name="NextUpdate">Civil date by which the numbers after these are due.</param>
public sealed record ReleaseRequest(DateTimeOffset? EmbargoUntil = null, DateOnly? NextUpdate = null);

/// <summary>From draft to released: checked, approved by somebody else, released.</summary>
internal static class ImportSteps
{
    private static readonly TimeSpan s_longestEmbargo = TimeSpan.FromDays(366);

    public static Task<Results<Ok<ImportView>, ProblemHttpResult>> Check(
        HttpContext http, MonitorDb db, RunImport import, AreaRegister areas, Caller caller, Guid id, JsonBody<CheckRequest> body, CancellationToken ct) =>
        StepAsync(http, db, import, areas, caller, id, "draft", (record, _, _) =>
        {
            var note = string.IsNullOrWhiteSpace(body.Value.Note) ? null : body.Value.Note.Trim();
            return Task.FromResult<Outcome<ImportRecord>>(record.Findings.Count > 0 && note is null
                ? Problems.FindingsOpen.With(new($"{record.Findings.Count} Werte sind auffällig; bitte mit note begründen.", $"{record.Findings.Count} values are noticeable; please explain them in note."),
                    new Fault("/note", CommonProblems.Faults.MissingMember, new("Die Begründung fehlt.", "The explanation is missing.")))
                : record with { State = "checked", CheckedBy = caller.Subject, CheckNote = note });
        }, ct);

    public static Task<Results<Ok<ImportView>, ProblemHttpResult>> Approve(HttpContext http, MonitorDb db, RunImport import, AreaRegister areas, Caller caller, Guid id, CancellationToken ct) =>
        StepAsync(http, db, import, areas, caller, id, "checked", (record, _, _) => Task.FromResult<Outcome<ImportRecord>>(
            caller.Subject == record.CreatedBy || caller.Subject == record.CheckedBy
                ? CommonProblems.FourEyes.With(new("Niemand gibt eigene Zahlen frei.", "Nobody approves their own numbers."))
                : record with { State = "approved", ApprovedBy = caller.Subject }), ct);

    public static async Task<Results<Ok<ImportView>, ProblemHttpResult>> Release(
        HttpContext http, MonitorDb db, RunImport import, AreaRegister areas, Caller caller, ReleaseVintage release, TimeProvider time, Guid id, JsonBody<ReleaseRequest> body, CancellationToken ct)
    {
        var (embargoUntil, nextUpdate) = (body.Value.EmbargoUntil, body.Value.NextUpdate);
        if (nextUpdate is { } due && due < time.Today().ToDateOnly())
        {
            return CommonProblems.InvalidValues.With(new("Die nächste Aktualisierung liegt in der Vergangenheit.", "The next update lies in the past."),
                new Fault("/nextUpdate", CommonProblems.Faults.InvalidValue, new("Erwartet wird ein Tag, der noch kommt.", "A day yet to come is expected."))).ToResult();
        }

        if (embargoUntil > time.GetUtcNow() + s_longestEmbargo)
        {
            // What is released after it becomes public no earlier, so others have to wait for it.
            return CommonProblems.InvalidValues.With(new("Die Sperrfrist ist zu lang.", "The embargo is too long."),
                new Fault("/embargoUntil", CommonProblems.Faults.InvalidValue,
                    new($"Erlaubt sind {s_longestEmbargo.Days} Tage.", $"{s_longestEmbargo.Days} days are allowed."))).ToResult();
        }

        var visibleAt = DateTimeOffset.MinValue;
        var result = await StepAsync(http, db, import, areas, caller, id, "approved", async (record, connection, transaction) =>
        {
            // It is part of the description, which is its owner's.
            var owner = await OwnerAsync(db, record.Indicator, ct);
            if (nextUpdate is not null && !caller.Covers(owner)) return NotOwner(record.Indicator);
            if (record.Changes is not null)
            {
                if (!(await release.ReleaseMethodAsync(connection, transaction, record, embargoUntil, nextUpdate, ct))
                    .TryGet(out var changed, out var refused)) return refused;
                visibleAt = changed.ReleasedAt!.Value;
                return changed with { ReleasedBy = caller.Subject };
            }

            if (!(await release.ReleaseAsync(connection, transaction, record.Indicator, record.Vintage!.Value,
                record.Id, embargoUntil, nextUpdate, ct)).TryGet(out var instant, out var held)) return held;
            visibleAt = instant;
            return record with { State = "released", ReleasedBy = caller.Subject, ReleasedAt = visibleAt };
        }, ct);
        await release.UntilVisibleAsync(visibleAt, ct);
        return result;
    }

    internal static async Task<string> OwnerAsync(MonitorDb db, string code, CancellationToken ct) =>
        (await db.Indicators.AsNoTracking().SingleAsync(indicator => indicator.Code == code, ct)).Content.Area;

    private static ProblemCase NotOwner(string code) => CommonProblems.ForeignArea.With(new(
        $"Über {code} entscheidet das Gebiet, dem der Indikator gehört.", $"The area that owns {code} decides on it."));

    private static async Task<Results<Ok<ImportView>, ProblemHttpResult>> StepAsync(
        HttpContext http, MonitorDb db, RunImport import, AreaRegister areas, Caller caller, Guid id, string from,
        Func<ImportRecord, NpgsqlConnection, NpgsqlTransaction, Task<Outcome<ImportRecord>>> step, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (connection, inner) = ((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction());
        if (await ImportStore.ReadAsync(connection, null, id, ct) is not { } seen) return ImportEndpoints.NotFound().ToResult();
        // Always in this order, as imports do: first the indicator, then the row.
        await RunImport.LockAsync(connection, inner, seen.Indicator, ct);
        var record = (await ImportStore.ReadAsync(connection, inner, id, ct))!;
        var owner = await OwnerAsync(db, record.Indicator, ct);
        if (record.Changes is not null && !caller.Covers(owner)) return NotOwner(record.Indicator).ToResult();
        // How an indicator is computed is its owner's for all areas; what is delivered is each area's.
        if (record.Changes is null && record.Areas.FirstOrDefault(key =>
            !WriteRule.May(caller, areas, owner, key)) is { } foreign)
        {
            return CommonProblems.ForeignArea.With(new($"Der Import ändert auch Zahlen von {foreign}.", $"The import also changes numbers of {foreign}.")).ToResult();
        }

        if (IfMatch.Require(http, record.Version) is { } stale) return stale.ToResult();
        if (record.State != from)
        {
            return Problems.WrongState.With(new($"Der Import ist „{record.State}“, nötig ist „{from}“.", $"The import is “{record.State}”, needed is “{from}”.")).Add("state", record.State).ToResult();
        }

        if (await import.RebaseAsync(connection, inner, record, ct) is { } anew)
        {
            await ImportStore.WriteAsync(connection, inner, anew, ct);
            await transaction.CommitAsync(ct);
            IfMatch.Tell(http, anew.Version);
            return Problems.MeasuredAnew.With(new(
                "Inzwischen wurde eine andere Fassung freigegeben. Der Import wurde an ihr neu gemessen und beginnt wieder als Entwurf.",
                "Another vintage was released meanwhile. The import has been measured against it and is a draft again.")).Add("state", anew.State).Add("areas", anew.Areas).ToResult();
        }

        if (!(await step(record, connection, inner)).TryGet(out var next, out var problem)) return problem.ToResult();
        next = next with { Version = record.Version + 1 };
        await ImportStore.WriteAsync(connection, inner, next, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        IfMatch.Tell(http, next.Version);
        return TypedResults.Ok(ImportView.Of(next, [], false));
    }
}
