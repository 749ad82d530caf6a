using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;

namespace Wir.Registry.Features;

/// <summary>
/// How much people without credentials may leave with the offices: per address and day, with one office, and in all. A
/// house with many people has one address, so who is over the bound is told which office takes it otherwise.
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
        var (reader, since, now) = (caller.Reader, time.Today().StartInBerlin(), time.GetUtcNow());
        // What nobody can confirm any more is work for nobody.
        var waiting = db.Submissions.Where(one =>
            one.State == SubmissionState.AwaitingConfirmation && one.TokenExpiresAt > now);
        var own = reader is null ? 0
            : await waiting.CountAsync(one => one.Reader == reader && one.CreatedAt >= since, ct)
                + await db.Submissions.CountAsync(one => one.Reader == reader && one.CreatedAt >= since
                    && one.State == SubmissionState.InReview, ct);
        if (own >= options.Value.OpenSubmissionsPerReader) return TooMany(area);
        return await FullAsync("submissions", area, waiting.Select(one => one.Area),
            options.Value.UnconfirmedSubmissionsPerOffice, options.Value.UnconfirmedSubmissions, ct);
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
        return await FullAsync("reports", area, open.Select(task => task.Area),
            options.Value.OpenReportsPerOffice, options.Value.OpenReports, ct);
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

    /// <summary>Who floods one office closes no other, as long as not all together are flooded.</summary>
    /// <param name="kind">What it is, for the log.</param>
    /// <param name="area">Where one more is to go.</param>
    /// <param name="open">The areas of those that are open.</param>
    /// <param name="perOffice">How many one office may have.</param>
    /// <param name="inAll">How many there may be.</param>
    /// <param name="ct">Stops it.</param>
    private async Task<ProblemCase?> FullAsync(
        string kind, string area, IQueryable<string> open, int perOffice, int inAll, CancellationToken ct)
    {
        var office = offices.Of(area);
        var near = offices.AreasOf(office);
        if (await open.CountAsync(one => near.Contains(one), ct) >= perOffice)
        {
            Log.OfficeFull(logger, kind, office.Area, perOffice);
        }
        else if (await open.CountAsync(ct) >= inAll)
        {
            Log.Full(logger, kind, inAll);
        }
        else
        {
            return null;
        }

        return Full(area);
    }

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

        [LoggerMessage(2041, LogLevel.Warning,
            "The office of {Area} gets no more anonymous {Kind}: {Bound} are open")]
        public static partial void OfficeFull(ILogger logger, string kind, string area, int bound);
    }
}
