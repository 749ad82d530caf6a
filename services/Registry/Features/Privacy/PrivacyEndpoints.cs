using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Privacy;

/// <param name="Classes">What is kept, why and for how long.</param>
/// <param name="Runs">The last runs of the job that removes it, and erasures of persons, newest first, for all areas
/// together: shown to operators and to readers for all of Germany.</param>
public sealed record RetentionView(IReadOnlyList<RetentionClass> Classes, IReadOnlyList<RetentionRunView> Runs);

public sealed record RetentionRunView(DateTimeOffset At, IReadOnlyDictionary<string, int> Removed);

public static partial class PrivacyEndpoints
{
    public static RouteGroupBuilder MapPrivacy(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/privacy").WithTags("Privacy");
        group.MapPost("/export", Export).WithName("ExportPerson").WithSummary("Everything the register holds about a person (Art. 15, 20 GDPR)");
        group.MapPost("/erase", Erase).WithName("ErasePerson").WithSummary("Takes a person out of the register, history and events included (Art. 17 GDPR)");
        group.MapGet("/retention", Retention).WithName("GetRetention").WithSummary("What is kept for how long, and what was removed");
        return api;
    }

    private static async Task<Results<Ok<PersonExport>, ProblemHttpResult>> Export(
        HttpContext http, JsonBody<PersonQuery> body, Caller caller, AreaRegister areas, PersonalData data, CancellationToken ct)
    {
        if (body.Value.Faults().ToArray() is { Length: > 0 } faults) return NoPerson(faults).ToResult();
        if (!caller.OwnAreas(areas, null).TryGet(out var keys, out var problem)) return problem.ToResult();
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await data.FindAsync(body.Value.Normalised(), keys, ct));
    }

    private static async Task<Results<Ok<ErasureReport>, ProblemHttpResult>> Erase(
        HttpContext http, JsonBody<PersonQuery> body, Caller caller, AreaRegister areas, PersonalData data, ILoggerFactory logs, CancellationToken ct)
    {
        if (body.Value.Faults().ToArray() is { Length: > 0 } faults) return NoPerson(faults).ToResult();
        if (!caller.OwnAreas(areas, null).TryGet(out var keys, out var problem)) return problem.ToResult();
        if (!(await data.EraseAsync(body.Value.Normalised(), keys, caller.Subject, ct)).TryGet(out var report, out problem)) return problem.ToResult();
        Log.Erased(
            logs.CreateLogger("Wir.Registry.Privacy"), report.Persons, report.Entries, report.Versions, report.Events);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(report);
    }

    private static async Task<ReadResult<RetentionView>> Retention(Caller caller, RegistryDb db, CancellationToken ct)
    {
        // A run counts all areas together, and a count of one is a person.
        if (!caller.ReadsAllAreas) return Reads.Ok(new RetentionView(Retain.Classes, []));
        var runs = await db.RetentionRuns.AsNoTracking().OrderByDescending(run => run.At).Take(30).ToListAsync(ct);
        return Reads.Ok(new RetentionView(Retain.Classes, [.. runs.Select(run => new RetentionRunView(run.At, run.Removed))]));
    }

    private static ProblemCase NoPerson(Fault[] faults) => CommonProblems.InvalidValues.With(faults[0].Detail, faults);

    private static partial class Log
    {
        [LoggerMessage(2020, LogLevel.Information,
            "A person was erased: {Persons} rows, {Entries} entries, {Versions} versions, {Events} events")]
        public static partial void Erased(ILogger logger, int persons, int entries, int versions, int events);
    }
}
