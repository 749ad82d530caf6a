using Microsoft.EntityFrameworkCore;
using NodaTime;
using Wir.Areas;
using Wir.Jobs;
using Wir.Monitor.Data;

namespace Wir.Monitor.Messaging;

/// <summary>
/// Freezes months that ended 25 months ago, one after another: their numbers are written down, the things as they stood
/// then become the start of every rebuild, and their events leave the journal. Before, it reduces the whole events that
/// a program of 0.1.0 has journaled in the last days, and says how many there were.
/// </summary>
internal sealed partial class ForgetJournal(MonitorDb db, TimeProvider time, ILogger<ForgetJournal> logger)
    : IJobHandler
{
    public const string Kind = "forget-journal";

    /// <summary>Whole months that events are kept after the month in which they happened.</summary>
    public const int MonthsKept = 25;

    /// <summary>Nights that may be missed before a whole event stays.</summary>
    private const int DaysReduced = 7;

    // Goes with the release after this one: nobody replaces programs of 0.1.0 by it.
    private const string Reduce = """
        select monitor.reduce_journal({0}) as "Value"
        """;

    // Nobody journals meanwhile, reads go on: an event that came in between would be deleted without being counted.
    internal const string Lock = "lock table monitor.journal in share row exclusive mode";

    private const string Oldest = """
        select coalesce((select max(month) + interval '1 month' from monitor.frozen_month),
            date_trunc('month', min(occurred_at) at time zone 'Europe/Berlin'))::date as "Value" from monitor.journal
        """;

    private const string Published = """
        insert into monitor.frozen_published (area, month, published, demo)
        select area, {0}, count(*), bool_or(demo) from monitor.frozen_association where published group by area
        """;

    // What came late joins the month in which it was decided; a case that is still open waits.
    private const string Durations = """
        with decided as (
            delete from monitor.frozen_submission where reviewed_at < {0} returning *),
        gone as (
            delete from monitor.live_submission l using decided d where l.submission_id = d.submission_id)
        insert into monitor.frozen_duration as d (area, month, outcome, days)
        select area, date_trunc('month', reviewed_at at time zone 'Europe/Berlin')::date, coalesce(outcome, ''),
            array_agg(extract(epoch from
                (reviewed_at at time zone 'Europe/Berlin') - (submitted_at at time zone 'Europe/Berlin')) / 86400.0)
        from decided group by 1, 2, 3
        on conflict (area, month, outcome) do update set days = d.days || excluded.days
        """;

    private const string Month = """
        insert into monitor.frozen_month (month, events) select {0}, monitor.forget_journal({1})
        """;

    public async Task HandleAsync(Job job, CancellationToken ct)
    {
        var since = time.GetUtcNow().AddDays(-DaysReduced);
        var reduced = await db.Database.SqlQueryRaw<long>(Reduce, since).SingleAsync(ct);
        if (reduced > 0) Log.Reduced(logger, reduced);
        await job.CheckpointAsync(job.Done + reduced, null, ct);
        var before = new YearMonth(time.Today().Year, time.Today().Month).PlusMonths(-MonthsKept);
        while (await OldestAsync(ct) is { } month && month.CompareTo(before) < 0) await FreezeAsync(month, ct);
    }

    private async Task<YearMonth?> OldestAsync(CancellationToken ct) =>
        await db.Database.SqlQueryRaw<DateOnly?>(Oldest).SingleAsync(ct) is { } day
            ? new YearMonth(day.Year, day.Month)
            : null;

    private async Task FreezeAsync(YearMonth month, CancellationToken ct)
    {
        var (first, end) = (month.OnDayOfMonth(1).ToDateOnly(), month.PlusMonths(1).OnDayOfMonth(1).StartInBerlin());
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlRawAsync(Lock, ct);
        foreach (var statement in LiveCounters.All)
        {
            var count = LiveCounters.Of(LiveCounters.Frozen(statement), "j.occurred_at < {0}");
            await db.Database.ExecuteSqlRawAsync(count, [end], ct);
        }

        await db.Database.ExecuteSqlRawAsync(Published, [first], ct);
        await db.Database.ExecuteSqlRawAsync(Durations, [end], ct);
        await db.Database.ExecuteSqlRawAsync(Month, [first, end], ct);
        await transaction.CommitAsync(ct);
        Log.Frozen(logger, first);
    }

    private static partial class Log
    {
        [LoggerMessage(4010, LogLevel.Information, "Month {Month} is frozen; its events have left the journal")]
        public static partial void Frozen(ILogger logger, DateOnly month);

        [LoggerMessage(4011, LogLevel.Warning,
            "{Count} whole events were reduced in the journal; a program of an earlier release still journals them")]
        public static partial void Reduced(ILogger logger, long count);
    }
}
