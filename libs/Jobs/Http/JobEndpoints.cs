using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Wir.Jobs.Running;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Jobs;

/// <summary>The operator's view of jobs.</summary>
public static class JobEndpoints
{
    private static readonly string[] s_states = ["waiting", "running", "done", "dead"];

    /// <summary>Maps <c>/internal/jobs</c> on the service's group (<c>/api/x/v1</c>).</summary>
    public static RouteGroupBuilder MapJobs(this RouteGroupBuilder api)
    {
        api.MapGet("/internal/jobs", GetJobs).WithName("GetJobs").WithTags("Internal").WithSummary("Jobs of this service: kinds with their numbers, and the first hundred jobs");
        api.MapPost("/internal/jobs/{id:guid}/replay", Replay).WithName("ReplayJob").WithTags("Internal").WithSummary("Runs a dead job again");
        return api;
    }

    private static async Task<Results<Ok<JobsOverview>, ProblemHttpResult>> GetJobs(
        HttpContext http, JobState jobs,
        [Description("Only jobs in this state: waiting, running, done or dead")] string? state = null,
        [Description("Only jobs of this kind")] string? kind = null, CancellationToken ct = default)
    {
        if (state is not null && !s_states.Contains(state))
        {
            var detail = new Text("state ist waiting, running, done oder dead.", "state is waiting, running, done or dead.");
            return CommonProblems.InvalidParameter.With(detail, new Fault("?state", CommonProblems.Faults.InvalidParameter, detail)).ToResult();
        }

        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new JobsOverview(await jobs.ReadKindsAsync(ct), await jobs.ReadJobsAsync(state, kind, ct)));
    }

    [WithoutIfMatch]
    private static async Task<Results<NoContent, ProblemHttpResult>> Replay(
        JobState jobs, [Description("The job's id")] Guid id, CancellationToken ct) => await jobs.ReplayAsync(id, ct) switch
        {
            true => TypedResults.NoContent(),
            false => CommonProblems.Conflict.With(new(
                "Der Auftrag ist nicht aufgegeben, oder ein jüngerer mit demselben Schlüssel steht noch aus.",
                "The job is not dead, or a younger one with the same key is still to be done.")).ToResult(),
            null => CommonProblems.NotFound.With(new("Diesen Auftrag gibt es hier nicht.", "There is no such job here.")).ToResult(),
        };
}
