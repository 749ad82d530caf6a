using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.Monitor.Features.Derived;
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

internal static class PutIndicator
{
    public static async Task<Results<Ok<IndicatorView>, Created<IndicatorView>, ProblemHttpResult>> Handle(
        HttpContext http, MonitorDb db, CodeLists lists, AreaRegister areas, VintageReader vintages, DeriveIndicator derive, Caller caller, TimeProvider time,
        string code, JsonBody<IndicatorInput> body, CancellationToken ct)
    {
        // The catalogue is the district's; a municipality reports by it.
        if (!caller.Areas.Any(key => areas.Find(key) is { Level: <= AreaLevel.District }))
        {
            return CommonProblems.ForeignArea.With(new("Den Katalog pflegt der Landkreis.", "The catalogue is kept by the district.")).ToResult();
        }

        var indicator = await db.Indicators.SingleOrDefaultAsync(candidate => candidate.Code == code, ct);
        if (!IndicatorCheck.Check(code, body.Value, indicator?.Content, lists).TryGet(out var content, out var problem)) return problem.ToResult();
        if ((indicator is null ? IfMatch.RequireNew(http) : IfMatch.Require(http, indicator.Version)) is { } refused) return refused.ToResult();

        if (content.Formula is { } formula && await FormulaCheck.CheckAsync(db, code, formula, ct) is { } invalid) return invalid.ToResult();
        var current = (await vintages.CurrentAsync(ct)).TryGetValue(code, out var found) ? found : (CurrentVintage?)null;
        if (indicator is not null && current is not null && !indicator.Content.Dimensions.SequenceEqual(content.Dimensions))
        {
            return Problems.WrongState.With(new("Die Gliederung ändert sich nicht, solange es Zahlen gibt.", "The breakdown cannot change while there are numbers.")).ToResult();
        }

        var isNew = indicator is null;
        if (indicator is null)
        {
            indicator = new Indicator { Id = Guid.CreateVersion7(), Code = code, Version = 1, Content = content, UpdatedAt = time.GetUtcNow() };
            db.Indicators.Add(indicator);
        }
        else
        {
            (indicator.Version, indicator.Content, indicator.UpdatedAt) = (indicator.Version + 1, content, time.GetUtcNow());
        }

        try
        {
            current = await derive.SaveAsync(indicator, current, ct);
        }
        catch (DbUpdateException exception) when (exception is DbUpdateConcurrencyException || exception.InnerException is Npgsql.PostgresException { SqlState: "23505" })
        {
            return CommonProblems.PreconditionFailed.With(new("Der Indikator wurde soeben von anderer Seite geändert.", "The indicator was changed by somebody else just now.")).ToResult();
        }

        IfMatch.Tell(http, indicator.Version);
        var view = IndicatorView.Of(indicator, current);
        return isNew ? TypedResults.Created($"{MonitorApp.Prefix}/indicators/{code}", view) : TypedResults.Ok(view);
    }
}
