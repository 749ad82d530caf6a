using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Wir.Areas;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Imports;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Monitor.Features.Indicators;

/// <summary>What may be missing on the wire and is then named: all of it is needed.</summary>
public sealed record IndicatorInput
{
    public LocalTextInput? Name { get; init; }
    public LocalTextInput? Definition { get; init; }
    public LocalTextInput? Numerator { get; init; }
    public LocalTextInput? Denominator { get; init; }
    public string? Unit { get; init; }
    public string? Direction { get; init; }
    public string? Field { get; init; }
    public SourceInput? Source { get; init; }
    public string? Periodicity { get; init; }
    public string? LowestLevel { get; init; }
    public LocalTextInput? Contact { get; init; }
    public LocalTextInput? Licence { get; init; }
    public IReadOnlyDictionary<string, string>? CodeLists { get; init; }
    public string? Formula { get; init; }
    public IReadOnlyList<BreakInput>? Breaks { get; init; }
    public ValueBounds? Plausible { get; init; }
    public DateOnly? NextUpdate { get; init; }

    /// <summary>The area that owns it, a district or an area above; as before when absent, and at first the caller's
    /// own.</summary>
    public string? Area { get; init; }

    /// <summary>As it was read; if given, the code of the path.</summary>
    public string? Code { get; init; }

    /// <summary>As they were read; without <see cref="CodeLists"/> they name the breakdowns.</summary>
    public IReadOnlyList<string>? Dimensions { get; init; }

    /// <summary>Members of an answer that nobody can set; taken so that what was read can be sent back changed.</summary>
    public int? Version { get; init; }
    public int? Vintage { get; init; }
    public DateTimeOffset? ReleasedAt { get; init; }
    public bool? Demo { get; init; }
}

public sealed record LocalTextInput(string? De = null, string? En = null);

public sealed record SourceInput(string? Code = null, LocalTextInput? Name = null);

public sealed record BreakInput(string? Period = null, LocalTextInput? Note = null);

/// <summary>
/// Describes an indicator. What only describes takes effect at once; a changed method of released numbers becomes a
/// draft, together with whatever else was sent with it.
/// </summary>
internal static class PutIndicator
{
    public static async Task<Results<Ok<IndicatorView>, Created<IndicatorView>, Accepted<ImportView>,
        ProblemHttpResult>> Handle(
        HttpContext http, MonitorDb db, CodeLists lists, AreaRegister areas, VintageReader vintages,
        DescribeIndicator describe, Caller caller, string code,
        [Description("Why the method of released numbers changes; when absent, what changes is named")] string? reason,
        JsonBody<IndicatorInput> body, CancellationToken ct)
    {
        // The catalogue is the district's; a municipality reports by it.
        if (!caller.Areas.Any(key => areas.Find(key) is { Level: <= AreaLevel.District }))
        {
            return CommonProblems.ForeignArea.With(new("Den Katalog pflegt der Landkreis.", "The catalogue is kept by the district.")).ToResult();
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (connection, inner) = ((NpgsqlConnection)db.Database.GetDbConnection(),
            (NpgsqlTransaction)transaction.GetDbTransaction());
        // As releases do: first the lock of the indicator, then its row.
        await RunImport.LockAsync(connection, inner, code, ct);
        var indicator = await db.Indicators.SingleOrDefaultAsync(candidate => candidate.Code == code, ct);
        if (!Owner(caller, areas, indicator?.Content, body.Value.Area)
            .TryGet(out var owner, out var problem)) return problem.ToResult();
        if (!IndicatorCheck.Check(code, owner, body.Value, indicator?.Content, lists)
            .TryGet(out var content, out problem)) return problem.ToResult();
        if ((indicator is null ? IfMatch.RequireNew(http) : IfMatch.Require(http, indicator.Version)) is { } refused) return refused.ToResult();

        var order = new Description(indicator, code, content, string.IsNullOrWhiteSpace(reason) ? null : reason.Trim(),
            caller.Subject);
        if (!(await describe.HandleAsync(connection, inner, order, ct))
            .TryGet(out var described, out problem)) return problem.ToResult();
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        if (described.Draft is { } draft)
        {
            return TypedResults.Accepted($"{MonitorApp.Prefix}/imports/{draft.Id}", ImportView.Of(draft, [], false));
        }

        await describe.UntilVisibleAsync(described, ct);
        var current = described.Released ?? ((await vintages.CurrentAsync(ct)).TryGetValue(code, out var found) ? found
            : null);
        IfMatch.Tell(http, described.Indicator.Version);
        var view = IndicatorView.Of(described.Indicator, current);
        return indicator is null ? TypedResults.Created($"{MonitorApp.Prefix}/indicators/{code}", view)
            : TypedResults.Ok(view);
    }

    /// <summary>Whom the indicator belongs to afterwards: only who has rights over its owner changes it, or gives it to
    /// another area of theirs.</summary>
    private static Outcome<string> Owner(Caller caller, AreaRegister areas, IndicatorContent? before, string? asked)
    {
        if (before is not null && !caller.Covers(before.Area)) return Foreign(before.Area);
        if (asked is not null)
        {
            if (areas.Find(asked) is not { Level: <= AreaLevel.District })
            {
                return Invalid(new("Ein Indikator gehört einem Landkreis oder einem Gebiet darüber.",
                    "An indicator belongs to a district or to an area above."));
            }

            return caller.Covers(asked) ? asked : Foreign(asked);
        }

        if (before is not null) return before.Area;
        string[] own = [.. caller.Areas.Where(key => areas.Find(key) is { Level: <= AreaLevel.District })];
        return own.Length == 1 ? own[0] : Invalid(
            new("Welchem Gebiet gehört der Indikator?", "Which area does the indicator belong to?"));

        static ProblemCase Foreign(string key) => CommonProblems.ForeignArea.With(new(
            $"Der Indikator gehört dem Gebiet {key}; dafür fehlt die Zuständigkeit.",
                $"The indicator belongs to the area {key}, for which you have no authority."));

        static ProblemCase Invalid(Text detail) =>
            Problems.IncompleteIndicator.With(detail, new Fault("/area", CommonProblems.Faults.InvalidValue, detail));
    }
}
