using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
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
        api.MapPut("/indicators/{code}", PutIndicator.Handle).WithName("PutIndicator").WithTags("Indicators")
            .WithSummary("Describes an indicator; 202 with a draft when the method of released numbers changes");
        return api;
    }

    private static async Task<ReadResult<ListOf<IndicatorView>>> List(
        HttpContext http, MonitorDb db, VintageReader vintages, TimeProvider time, [AsParameters] Paging paging,
        [Description("Only this field, A to K")] string? field,
        [Description("True: only those whose next numbers should have come already")] bool? overdue, CancellationToken ct)
    {
        var take = paging.Take();
        var after = paging.After<Position>(http)?.Code ?? "";
#pragma warning disable CA1309 // Becomes SQL, which compares in the database's collation, C.
        var found = await db.Indicators.AsNoTracking()
            .Where(indicator => string.Compare(indicator.Code, after) > 0 && (field == null || indicator.Code.StartsWith(field)))
            .OrderBy(indicator => indicator.Code).ToListAsync(ct);
#pragma warning restore CA1309
        // The catalogue is short, and the date stands within a document.
        var today = time.Today().ToDateOnly();
        found = [.. found.Where(indicator => overdue is null || indicator.Content.NextUpdate < today == overdue).Take(take + 1)];
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
        IndicatorView.Of(indicator, current.TryGetValue(indicator.Code, out var vintage) ? vintage : null);

    private sealed record Position(string Code);
}
