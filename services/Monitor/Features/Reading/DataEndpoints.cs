using Microsoft.AspNetCore.Http.HttpResults;
using Wir.Monitor.Domain;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Monitor.Features.Reading;

/// <summary>Numbers, in the formats that others read.</summary>
public static class DataEndpoints
{
    public const long MaxCells = 100_000;

    public static RouteGroupBuilder MapData(this RouteGroupBuilder api)
    {
        api.MapGet("/data", GetData).WithName("GetData").WithTags("Data").WithQuery(Selection.Parameters).AllowUnknownQuery()
            .WithSummary("The numbers of an indicator or of a formula; every dimension is a parameter that takes filters")
            .Produces(StatusCodes.Status200OK, null, "application/json", "application/vnd.json-stat+json", "application/vnd.sdmx.data+csv", "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
        api.MapGet("/availability", GetAvailability).WithName("GetAvailability").WithTags("Data").WithQuery(Selection.Parameters).AllowUnknownQuery()
            .WithSummary("Which categories of each dimension have numbers, given the choice in the other dimensions");
        return api;
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> GetData(
        HttpContext http, DataQuery data, FinishedAnswers answers, LongAnswers longAnswers, HeavyWork work, Caller caller,
        CancellationToken ct)
    {
        NeverKeepErrors(http);
        if (Formats.Choose(http.Request) is not { } format)
        {
            var known = string.Join(", ", Formats.All.Select(one => one.Name));
            return CommonProblems.NotAcceptable.With(new($"Verfügbar sind: {known}.", $"Available are: {known}.")).ToResult();
        }

        var source = await data.FindAsync(http, caller, ct);
        var language = DataQuery.LanguageOf(http);
        var question = string.Join('&', http.Request.Query.OrderBy(pair => pair.Key, StringComparer.Ordinal).Where(pair => pair.Key is not ("format" or "lang" or "asOf" or "vintage")).Select(pair => $"{pair.Key}={pair.Value}"));
        var identity = $"{source.Fingerprint}\n{format.Name}\n{question}\n{(http.Request.Query["territory"] == "current" ? data.Today : "")}";
        var tag = EntityTag.Of(http, source.Vintage ?? 0, identity, language);
        // Known before anything is computed: a repeated question costs one look into the database.
        if (!new ReadHeaders(tag, source.AsOf, language).Apply(http)) return TypedResults.Empty;
        http.Response.Headers.AppendCommaSeparatedValues("Vary", "Accept");
        identity += $"\n{language}";
        var table = answers.Has(http, identity, format.IsText) ? null : await data.SelectAsync(http, source, format.IsStreamed ? long.MaxValue : MaxCells, ct);
        http.Response.ContentType = format.MediaTypeOf(http.Request);
        if (format.Extension is { } extension) http.Response.Headers.ContentDisposition = $"inline; filename=\"{(source.Vintage is null ? "formula" : source.About.Code)}.{extension}\"";
        if (table?.Count > MaxCells)
        {
            await longAnswers.WriteAsync(http, token => work.WriteAsync(
                http.Response.BodyWriter, async output => await format.WriteAsync(output, table, token), token));
            return TypedResults.Empty;
        }

        // What was computed is written in steps, too: there is no end to formulas that nobody has asked for yet.
        var isStepped = source.Vintage is null && format.IsStreamed;
        await answers.SendAsync(http, identity, format.IsText, async writer =>
        {
            // Forgotten between the two looks, it is made after all.
            var made = table ?? await data.SelectAsync(http, source, MaxCells, ct);
            if (isStepped) await work.WriteAsync(writer, async output => await format.WriteAsync(output, made, ct), ct);
            else await format.WriteAsync(writer, made, ct);
        }, ct);
        return TypedResults.Empty;
    }

    private static async Task<ReadResult<Availability>> GetAvailability(HttpContext http, DataQuery data, Caller caller, CancellationToken ct)
    {
        NeverKeepErrors(http);
        var source = await data.FindAsync(http, caller, ct);
        var cube = await data.AllAsync(source, ct);
        var chosen = cube.Dimensions.Select(dimension =>
        {
            var mask = new bool[dimension.Count];
            foreach (var position in data.PositionsOf(http.Request.Query, dimension, source.About)) mask[position] = true;
            return mask;
        }).ToArray();
        var left = cube.Dimensions.Select(dimension => new bool[dimension.Count]).ToArray();
        var (present, asked) = (0L, chosen.Aggregate(1L, (product, mask) => product * mask.Count(one => one)));
        for (var index = 0; index < cube.Size; index++)
        {
            if (cube.Status[index] == (byte)ObservationStatus.Absent) continue;
            var outside = -1;
            var misses = 0;
            for (var i = 0; i < chosen.Length && misses < 2; i++)
            {
                if (chosen[i][cube.PositionIn(i, index)]) continue;
                outside = i;
                misses++;
            }

            // Outside of one dimension's choice only: another category that could be chosen there.
            if (misses == 0) present++;
            for (var i = 0; i < left.Length && misses < 2; i++)
            {
                if (misses == 0 || i == outside) left[i][cube.PositionIn(i, index)] = true;
            }
        }

        var dimensions = cube.Dimensions.Select((dimension, i) => (dimension.Id, Codes: (IReadOnlyList<string>)[.. dimension.Codes.Where((_, position) => left[i][position])]));
        return Reads.Ok(new Availability(dimensions.ToDictionary(pair => pair.Id, pair => pair.Codes), asked, present, source.Vintage, source.About.Demo), source.Vintage ?? 0, source.AsOf);
    }

    /// <summary>An answer that says "not yet" must not outlive the minute in which it was true.</summary>
    private static void NeverKeepErrors(HttpContext http) => http.Response.OnStarting(() =>
    {
        if (http.Response.StatusCode >= 400) http.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    });
}

/// <param name="Dimensions">Per dimension the categories for which there are numbers, given the choice in the others.</param>
/// <param name="Cells">Cells that the choice holds.</param>
/// <param name="Present">Those of them that were delivered.</param>
/// <param name="Vintage">Of which vintage.</param>
/// <param name="Demo">True when any of the numbers is made up for demonstration.</param>
public sealed record Availability(IReadOnlyDictionary<string, IReadOnlyList<string>> Dimensions, long Cells, long Present, int? Vintage, bool Demo);
