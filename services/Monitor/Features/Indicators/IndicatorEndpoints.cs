using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Monitor.Data;
using Wir.Monitor.Domain;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Monitor.Features.Indicators;

public static class IndicatorEndpoints
{
    public static RouteGroupBuilder MapIndicators(this RouteGroupBuilder api)
    {
        api.MapGet("/indicators", List).WithName("ListIndicators").WithTags("Indicators").WithSummary("The catalogue of indicators, by code");
        api.MapGet("/indicators/{code}", Get).WithName("GetIndicator").WithTags("Indicators").WithSummary("One indicator with everything needed to read its numbers");
        api.MapPut("/indicators/{code}", PutIndicator.Handle).WithName("PutIndicator").WithTags("Indicators").WithSummary("Describes an indicator, anew or differently");
        return api;
    }

    private static async Task<ReadResult<ListOf<IndicatorView>>> List(
        HttpContext http, MonitorDb db, VintageReader vintages, [AsParameters] Paging paging,
        [Description("Only this field, A to K")] string? field, CancellationToken ct)
    {
        var take = paging.Take();
        var after = paging.After<Position>(http)?.Code ?? "";
#pragma warning disable CA1309 // Becomes SQL, which compares in the database's collation, C.
        var found = await db.Indicators.AsNoTracking()
            .Where(indicator => string.Compare(indicator.Code, after) > 0 && (field == null || indicator.Code.StartsWith(field)))
            .OrderBy(indicator => indicator.Code).Take(take + 1).ToListAsync(ct);
#pragma warning restore CA1309
        var (data, links) = Paging.Cut(http, found, take, last => new Position(last.Code));
        var current = await vintages.CurrentAsync(ct);
        return Reads.Ok(new ListOf<IndicatorView>([.. data.Select(indicator => View(indicator, current))], links, new ListMeta()));
    }

    private static async Task<Results<ReadResult<IndicatorView>, ProblemHttpResult>> Get(string code, MonitorDb db, VintageReader vintages, CancellationToken ct)
    {
        if (await db.Indicators.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.Code == code, ct) is not { } indicator)
        {
            return (await UnknownAsync(db, code, ct)).ToResult();
        }

        return Reads.Ok(View(indicator, await vintages.CurrentAsync(ct)), indicator.Version, indicator.UpdatedAt);
    }

    internal static async Task<ProblemCase> UnknownAsync(MonitorDb db, string code, CancellationToken ct)
    {
        var meant = Nearest.Of(code, await db.Indicators.Select(indicator => indicator.Code).ToListAsync(ct));
        var problem = Problems.UnknownIndicator.With(new("Einen Indikator mit diesem Code gibt es nicht.", "There is no indicator with this code."));
        return meant is null ? problem : problem.Add("nearest", meant);
    }

    private static IndicatorView View(Indicator indicator, IReadOnlyDictionary<string, CurrentVintage> current) =>
        current.TryGetValue(indicator.Code, out var vintage) ? IndicatorView.Of(indicator, vintage.Number, vintage.VisibleAt) : IndicatorView.Of(indicator, null, null);

    private sealed record Position(string Code);
}
