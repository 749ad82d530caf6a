using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;

namespace Wir.Registry.Features;

/// <summary>
/// How much people without credentials may leave with the offices: per address and day, and in all. A house with many
/// people has one address, so who is over the bound is told which office takes it otherwise.
/// </summary>
public sealed partial class AnonymousBounds(
    RegistryDb db, Offices offices, IOptions<RegistryOptions> options, TimeProvider time,
    ILogger<AnonymousBounds> logger)
{
    /// <summary>
    /// Why one more submission is too many; null when it is not. Counts until the open transaction ends.
    /// </summary>
    public async Task<ProblemCase?> RefusalOfSubmissionAsync(Caller caller, string area, CancellationToken ct)
    {
        if (!caller.IsAnonymous) return null;
        await HoldAsync(ct);
        var (reader, since) = (caller.Reader, time.Today().StartInBerlin());
        var own = reader is null ? 0 : await db.Submissions.CountAsync(one => one.Reader == reader
            && one.CreatedAt >= since
            && (one.State == SubmissionState.AwaitingConfirmation || one.State == SubmissionState.InReview), ct);
        if (own >= options.Value.OpenSubmissionsPerReader) return TooMany(area);
        var all = await db.Submissions.CountAsync(one => one.State == SubmissionState.AwaitingConfirmation, ct);
        if (all < options.Value.UnconfirmedSubmissions) return null;
        Log.Full(logger, "submissions", options.Value.UnconfirmedSubmissions);
        return Full(area);
    }

    /// <summary>As the other, for a report of an error.</summary>
    public async Task<ProblemCase?> RefusalOfReportAsync(Caller caller, string area, CancellationToken ct)
    {
        if (!caller.IsAnonymous) return null;
        await HoldAsync(ct);
        var (reader, since) = (caller.Reader, time.Today().StartInBerlin());
        var open = db.Tasks.Where(task => task.Kind == TaskKind.Report && task.State == TaskState.Open);
        var own = reader is null ? 0
            : await open.CountAsync(task => task.Reader == reader && task.CreatedAt >= since, ct);
        if (own >= options.Value.OpenReportsPerReader) return TooMany(area);
        if (await open.CountAsync(ct) < options.Value.OpenReports) return null;
        Log.Full(logger, "reports", options.Value.OpenReports);
        return Full(area);
    }

    /// <summary>When the next one is taken: on the next day, or after the hour of a mail.</summary>
    public void SetRetryAfter(HttpContext http, ProblemCase problem)
    {
        if (problem.Problem.Status != StatusCodes.Status429TooManyRequests) return;
        var left = problem.Problem == Problems.TooManyMails
            ? TimeSpan.FromHours(1)
            : time.Today().PlusDays(1).StartInBerlin() - time.GetUtcNow();
        http.Response.Headers.RetryAfter = ((long)Math.Ceiling(left.TotalSeconds))
            .ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Until commit, so that fifty requests at once count each other.</summary>
    private async Task HoldAsync(CancellationToken ct) =>
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtext('wir.registry.anonymous'))", ct);

    private ProblemCase TooMany(string area) => CommonProblems.TooManyRequests.With(new(
        $"Von Ihrem Anschluss ist heute schon viel gekommen. Bitte wenden Sie sich direkt an: {offices.Of(area)}.",
        $"A lot came from your connection today. Please contact the office directly: {offices.Of(area)}."));

    private ProblemCase Full(string area) => CommonProblems.TooManyRequests.With(new(
        $"Zurzeit kommt sehr viel auf einmal. Bitte wenden Sie sich direkt an: {offices.Of(area)}.",
        $"Too much is coming in at the moment. Please contact the office directly: {offices.Of(area)}."));

    private static partial class Log
    {
        [LoggerMessage(2040, LogLevel.Warning, "No more anonymous {Kind} are taken: {Bound} are open")]
        public static partial void Full(ILogger logger, string kind, int bound);
    }
}
