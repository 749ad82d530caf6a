using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Monitor.Features.Live;

/// <summary>Counters as they stand. Who watches a counter sees each single case, so they are not public.</summary>
public static class LiveEndpoints
{
    public static RouteGroupBuilder MapLive(this RouteGroupBuilder api)
    {
        api.MapGet("/live/{code}", Get).WithName("GetLive").WithTags("Live").WithSummary("An operational indicator at this moment, counted from events");
        return api;
    }

    private static async Task<Results<Ok<LiveValue>, ProblemHttpResult>> Get(
        HttpContext http, LiveReader live, AreaRegister areas, AreaKeys keys, Caller caller,
        string code, [Description("Area, with all below it")] string area, CancellationToken ct)
    {
        if (!LiveReader.Codes.Contains(code))
        {
            var known = string.Join(", ", LiveReader.Codes);
            return Problems.NotCountedLive.With(new($"Laufend gezählt werden {known}.", $"Counted live are {known}.")).ToResult();
        }

        if (!areas.ParseAt(area, keys.Today).TryGet(out var found, out var problem)) return problem.ToResult();
        if (!caller.Covers(found.Key))
        {
            return CommonProblems.ForeignArea.With(new($"{found.Name} gehört nicht zu Ihren Gebieten.", $"{found.Name} is none of your areas.")).ToResult();
        }

        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await live.ReadAsync(code, found, ct));
    }
}
