using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.WelcomePackage.Data;

namespace Wir.WelcomePackage.Features.Feedback;

/// <summary>
/// How much feedback is taken: on one thing within an hour, from one address on a day, in one area, and in all. A house
/// with many people has one address, so who is over a bound is told whom to ask. Feedback without a message is nobody's
/// work: it is counted apart, and keeps no message out.
/// </summary>
internal sealed partial class FeedbackBounds(
    WelcomeDb db, AreaRegister areas, IOptions<WelcomeOptions> options, TimeProvider time,
        ILogger<FeedbackBounds> logger)
{
    /// <summary>
    /// Why one more is too many, and when it is not any more; null when it is not. Counts until the open transaction
    /// ends.
    /// </summary>
    public async Task<(ProblemCase Problem, string RetryAfter)?> RefusalAsync(Caller caller, Guid subject,
        string area, bool hasMessage, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // Until commit, so that fifty requests at once count each other.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtext('wir.welcomepackage.feedback'))", ct);
        var alike = hasMessage ? db.Feedback.Where(one => one.Message != null)
            : db.Feedback.Where(one => one.Message == null);
        var recent = await alike.CountAsync(one => one.SubjectId == subject && one.CreatedAt > now.AddHours(-1), ct);
        if (recent >= options.Value.FeedbackPerHour) return (TooMuch(area), "3600");
        var (reader, day) = (caller.Reader, time.Today());
        var since = day.StartInBerlin();
        var own = reader is null ? 0 : await alike.CountAsync(one => one.Reader == reader
            && one.CreatedAt >= since && one.State == "open", ct);
        var tomorrow = Math.Ceiling((day.PlusDays(1).StartInBerlin() - now).TotalSeconds)
            .ToString(CultureInfo.InvariantCulture);
        if (own >= options.Value.OpenFeedbackPerReader) return (TooMuch(area), tomorrow);
        return hasMessage && await IsFullAsync(area, ct) ? (TooMuch(area), tomorrow) : null;
    }

    /// <summary>Who floods one area closes no other, as long as not all together are flooded.</summary>
    private async Task<bool> IsFullAsync(string area, CancellationToken ct)
    {
        var open = db.Feedback.Where(one => one.Message != null && one.State == "open");
        var (perArea, inAll) = (options.Value.OpenFeedbackPerArea, options.Value.OpenFeedback);
        if (await open.CountAsync(one => one.Area == area, ct) >= perArea)
        {
            Log.AreaFull(logger, area, perArea);
            return true;
        }

        if (await open.CountAsync(ct) < inAll) return false;
        Log.Full(logger, inAll);
        return true;
    }

    private ProblemCase TooMuch(string area)
    {
        var office = areas.Find(area)?.OfficialName ?? area;
        return CommonProblems.TooManyRequests.With(new(
            $"Dazu kam zuletzt sehr viel. Bitte später noch einmal, oder direkt bei der Verwaltung: {office}.",
            $"A lot came in lately. Please try again later, or contact the administration: {office}."));
    }

    private static partial class Log
    {
        [LoggerMessage(3004, LogLevel.Warning, "No more feedback is taken: {Bound} pieces are open")]
        public static partial void Full(ILogger logger, int bound);

        [LoggerMessage(3005, LogLevel.Warning, "No more feedback is taken for {Area}: {Bound} pieces are open")]
        public static partial void AreaFull(ILogger logger, string area, int bound);
    }
}
