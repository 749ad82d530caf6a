using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Wir.Areas;
using Wir.Monitor.Features.Live;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;

namespace Wir.Monitor.Features.Overview;

/// <summary>What is counted for everybody, in one municipality.</summary>
/// <param name="Area">Key of the municipality.</param>
/// <param name="Name">Its name.</param>
/// <param name="PublishedAssociations">Entries that are public now; no secret, since each can be read in the register.</param>
/// <param name="Demo">True when the number holds entries made up for demonstration.</param>
public sealed record OverviewRow(string Area, string Name, long PublishedAssociations, bool Demo);

public static class OverviewEndpoints
{
    public static RouteGroupBuilder MapOverview(this RouteGroupBuilder api)
    {
        api.MapGet("/overview", GetOverview).WithName("GetOverview").WithTags("Overview")
            .WithSummary("The municipalities of an area side by side, in the order of their keys; no ranking");
        api.MapGet("/freshness", GetFreshness).WithName("GetFreshness").WithTags("Overview")
            .WithSummary("Up to when events are counted, and whether any are missing");
        return api;
    }

    private static async Task<Results<ReadResult<ListOf<OverviewRow>>, ProblemHttpResult>> GetOverview(
        HttpContext http, NpgsqlDataSource source, AreaRegister areas, AreaKeys keys,
        [Description("A municipality, or an area whose municipalities are wanted")] string area, CancellationToken ct)
    {
        if (!areas.ParseAt(area, keys.Today).TryGet(out var asked, out var problem)) return problem.ToResult();
        var counts = await CountAsync(source, keys, keys.Of(asked), ct);
        var rows = areas.Municipalities(asked.Key, keys.Today).Select(municipality =>
        {
            var (published, demo) = counts.GetValueOrDefault(municipality.Key);
            return new OverviewRow(municipality.Key, municipality.Name, published, municipality.IsDemo || demo);
        });
        return Reads.Ok(new ListOf<OverviewRow>([.. rows], Paging.Links<object>(http, null), new ListMeta()));
    }

    private static async Task<Dictionary<string, (long Published, bool Demo)>> CountAsync(NpgsqlDataSource source, AreaKeys keys, string[] below, CancellationToken ct)
    {
        var counts = new Dictionary<string, (long, bool)>();
        await using var command = source.CreateCommand(
            "select area, count(*), bool_or(demo) from monitor.live_association where published and area = any(@areas) group by area");
        command.Parameters.AddWithValue("areas", below);
        await using var rows = await command.ExecuteReaderAsync(ct);
        while (await rows.ReadAsync(ct))
        {
            var municipality = keys.InChargeOf(rows.GetString(0));
            var (published, demo) = counts.GetValueOrDefault(municipality);
            counts[municipality] = (published + rows.GetInt64(1), demo || rows.GetBoolean(2));
        }

        return counts;
    }

    private static async Task<Ok<Freshness>> GetFreshness(HttpContext http, NpgsqlDataSource source, Caller caller, CancellationToken ct)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await Freshness.ReadAsync(source, withCounts: caller.ReadsAllAreas, ct));
    }
}
