using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Wir.Areas;
using Wir.Monitor.Data;
using Wir.Monitor.Features.Derived;
using Wir.Monitor.Features.Indicators;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Monitor.Features.Imports;

public static class ImportEndpoints
{
    /// <summary>Largest file, bytes; 200,000 rows are some 10 MB.</summary>
    public const long MaxFile = 128L * 1024 * 1024;
    private const int FaultsAtOnce = 100;
    private const int MostFaultsAtOnce = 5000;

    public static RouteGroupBuilder MapImports(this RouteGroupBuilder api)
    {
        var imports = api.MapGroup("/imports").WithTags("Imports");
        imports.MapPost("", Post).WithMetadata(new RequestSizeLimitAttribute(MaxFile)).Accepts<string>("text/csv", "application/vnd.sdmx.data+csv", "application/csv", "application/json", "application/vnd.json-stat+json").WithName("PostImport").WithSummary("Takes a file of numbers (CSV, SDMX-CSV, JSON-stat 2.0) as the next vintage of an indicator");
        imports.MapGet("/{id:guid}", Get).WithName("GetImport").WithSummary("An import, its progress and its faults");
        imports.MapPost("/{id:guid}/check", ImportSteps.Check).WithName("CheckImport")
            .WithSummary("The numbers, or the changed method, were looked at");
        imports.MapPost("/{id:guid}/approve", ImportSteps.Approve).WithName("ApproveImport").WithSummary("A second person agrees");
        imports.MapPost("/{id:guid}/release", ImportSteps.Release).WithName("ReleaseImport").WithSummary("The vintage becomes public, at once or at an instant");
        return api;
    }

    private static async Task<Results<Ok<ImportView>, Created<ImportView>, ProblemHttpResult>> Post(
        HttpContext http, MonitorDb db, NpgsqlDataSource source, RunImport import, AreaRegister areas, Caller caller, string indicator,
        [Description("Finds the same faults and writes nothing")] bool? dryRun, [Description("Why released numbers change")] string? reason,
        [Description("True: numbers that are not in the file are removed")] bool? replace,
        [Description("An id of one's own, to follow the progress at /imports/{id} and to repeat without harm")] Guid? id,
        [Description("Faults in the answer, 1 to 5000")] int? errorLimit, CancellationToken ct)
    {
        if (errorLimit is < 1 or > MostFaultsAtOnce) return Query.Invalid("errorLimit", new($"Erlaubt ist 1 bis {MostFaultsAtOnce}.", $"Allowed is 1 to {MostFaultsAtOnce}.")).ToResult();
        if (IsJsonBody(http.Request) is not { } isJson)
        {
            return CommonProblems.UnsupportedMediaType.With(new("Erwartet wird CSV, SDMX-CSV oder JSON-stat 2.0.", "Expected is CSV, SDMX-CSV or JSON-stat 2.0.")).ToResult();
        }

        if (await db.Indicators.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.Code == indicator, ct) is not { } found)
        {
            return (await IndicatorEndpoints.UnknownAsync(db, indicator, ct)).ToResult();
        }

        // As it will be: what is released under embargo counts for the numbers after it.
        Methods methods;
        await using (var connection = await source.OpenConnectionAsync(ct))
        {
            methods = await Methods.OfAsync(found, connection, null, ct);
        }

        found.Content = methods.Last;
        if (methods.IsComputed)
        {
            return Problems.IsDerived.With(new("Er folgt aus anderen Indikatoren.", "It follows from other indicators."))
                .ToResult();
        }

        if (id is { } own && await FindAsync(source, own, ct) is { } repeated)
        {
            if (repeated.CreatedBy != caller.Subject || repeated.Indicator != found.Code)
            {
                return CommonProblems.ForeignArea.With(new(
                    "Diese Kennung gehört zu einem anderen Import.", "This id is that of another import.")).ToResult();
            }

            if (repeated.State != "interrupted") return TypedResults.Ok(await ViewAsync(source, repeated, 0, FaultsAtOnce, ct));
        }

        var order = new ImportOrder(id ?? Guid.CreateVersion7(), found, await ReadAsync(http, ct), isJson, dryRun is true, replace is true,
            string.IsNullOrWhiteSpace(reason) ? null : reason.Trim(), caller.Subject, Demo: false, key =>
                WriteRule.May(caller, areas, found.Content.Area, key));
        var end = await import.RunAsync(order, ct);
        var view = ImportView.Of(end.Record, [.. end.Faults.Take(errorLimit ?? FaultsAtOnce)], order.DryRun);
        if (end.ReasonMissing) return Problems.ReasonMissing.With(new("Die Datei ändert veröffentlichte Zahlen; bitte ?reason= angeben.", "The file changes released numbers; please give ?reason=.")).ToResult();
        if (end.Record.ErrorCount > 0) return view.ToProblem().ToResult();
        if (!order.DryRun) IfMatch.Tell(http, end.Record.Version);
        return order.DryRun || end.Record.State == "unchanged" ? TypedResults.Ok(view) : TypedResults.Created($"{MonitorApp.Prefix}/imports/{order.Id}", view);
    }

    private static async Task<Results<Ok<ImportView>, ProblemHttpResult>> Get(
        HttpContext http, MonitorDb db, NpgsqlDataSource source, AreaRegister areas, Caller caller, Guid id,
        [AsParameters] Paging paging, CancellationToken ct)
    {
        var take = paging.Take(MostFaultsAtOnce, FaultsAtOnce);
        var after = paging.After<FaultPosition>(http)?.Ordinal ?? 0;
        if (await FindAsync(source, id, ct) is not { } record) return NotFound().ToResult();
        // Whose numbers it changes is known when it could be read; until then it is its sender's own affair.
        var owner = await ImportSteps.OwnerAsync(db, record.Indicator, ct);
        var isOwn = record.CreatedBy == caller.Subject
            || record.Areas.Any(key => WriteRule.May(caller, areas, owner, key))
            || (record.Changes is not null && caller.Covers(owner));
        if (!isOwn)
        {
            return CommonProblems.ForeignArea.With(new("Der Import ändert keine Zahlen Ihres Gebiets.", "The import changes no numbers of your area.")).ToResult();
        }

        var view = await ViewAsync(source, record, after, take, ct);
        http.Response.Headers.CacheControl = "no-store";
        IfMatch.Tell(http, record.Version);
        return TypedResults.Ok(view with { Links = Paging.Links(http, after + view.Errors.Count < Math.Min(record.ErrorCount, ImportFaults.MaxListed) ? new FaultPosition(after + view.Errors.Count) : null) });
    }

    internal static ProblemCase NotFound() => CommonProblems.NotFound.With(new("Diesen Import gibt es nicht.", "There is no such import."));

    private static async Task<ImportRecord?> FindAsync(NpgsqlDataSource source, Guid id, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var record = await ImportStore.ReadAsync(connection, null, id, ct);
        return record is { State: "running" } && !await ImportStore.IsHeldAsync(connection, id, ct) ? record with { State = "interrupted" } : record;
    }

    private static async Task<ImportView> ViewAsync(NpgsqlDataSource source, ImportRecord record, int after, int limit, CancellationToken ct) =>
        ImportView.Of(record, [.. (await ImportStore.ReadFaultsAsync(source, record.Id, after, limit, ct)).Select(row => row.Fault)], false);

    /// <summary>Null when the media type is none of those taken.</summary>
    private static bool? IsJsonBody(HttpRequest request) => request.GetTypedHeaders().ContentType?.MediaType.Value?.ToLowerInvariant() switch
    {
        "text/csv" or "application/vnd.sdmx.data+csv" or "application/csv" => false,
        "application/json" or "application/vnd.json-stat+json" => true,
        _ => null,
    };

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext http, CancellationToken ct)
    {
        using var file = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 0, MaxFile));
        await http.Request.Body.CopyToAsync(file, ct);
        return file.GetBuffer().AsMemory(0, (int)file.Length);
    }

    private sealed record FaultPosition(int Ordinal);
}

/// <summary>
/// Who may write numbers of an area: editors of it or of an area above. Values of the areas above a district, with
/// which it is compared, are written by the district that owns the indicator, too: not by every district that has
/// numbers in it.
/// </summary>
internal static class WriteRule
{
    /// <summary>All areas of which somebody with the scope may write or approve numbers.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="areas">The register.</param>
    /// <param name="owner">The area that owns the indicator.</param>
    public static IReadOnlyList<string> AreasOf(Caller caller, AreaRegister areas, string owner) =>
        [.. areas.All.Select(area => area.Key).Where(key => May(caller, areas, owner, key))];

    /// <param name="caller">Who.</param>
    /// <param name="areas">The register.</param>
    /// <param name="owner">The area that owns the indicator.</param>
    /// <param name="key">The area of the numbers.</param>
    public static bool May(Caller caller, AreaRegister areas, string owner, string key) =>
        caller.Covers(key) || (caller.Covers(owner) && IsAbove(caller, areas, key));

    private static bool IsAbove(Caller caller, AreaRegister areas, string key) =>
        caller.Areas.Any(own => areas.Find(own) is { Level: <= AreaLevel.District } && areas.IsWithin(own, key));
}
