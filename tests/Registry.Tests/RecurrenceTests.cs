using NodaTime;
using Wir.Registry.Domain;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

[Lane(Lane.Unit)]
public sealed class RecurrenceTests
{
    private static DayBudget Plenty => new(10_000_000);

    [Fact]
    public void A_rule_that_looks_at_too_many_days_ends()
    {
        // The thirtieth of February does not come, however many are wanted.
        var schedule = Schedule("1900-01-01T08:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2");

        Assert.Throws<DayBudgetException>(() => Recurrence.Expand(schedule, new(2026, 1, 1), new(2026, 12, 31), new DayBudget(10_000)).Count());
        Assert.Empty(Recurrence.Expand(schedule, new(2026, 1, 1), new(2026, 12, 31), Plenty));
    }

    [Fact]
    public void Who_has_gone_is_not_expanded_for()
    {
        using var gone = new CancellationTokenSource();
        gone.Cancel();

        Assert.Throws<OperationCanceledException>(() => Recurrence.Expand(
            Schedule("2026-01-01T08:00", "FREQ=DAILY"), new(2026, 1, 1), new(2026, 12, 31), new DayBudget(10_000, gone.Token)).Count());
    }

    [Fact]
    public void Counted_rules_of_an_entry_reach_so_far_together()
    {
        var counted = new DayBudget(ScheduleRules.MostCountedDays);
        var schedule = Schedule("2026-01-01T08:00", "FREQ=DAILY;COUNT=5000");

        var faults = Enumerable.Range(0, 20).Select(_ => ScheduleRules.Faults(schedule, counted).ToList()).ToList();

        Assert.All(faults[..16], Assert.Empty);
        Assert.All(faults[16..], found => Assert.Equal("/rrule", Assert.Single(found).Pointer));
        Assert.Empty(ScheduleRules.Faults(Schedule("1950-01-01T08:00", "FREQ=WEEKLY;INTERVAL=366;UNTIL=22991231"), counted));
        Assert.Single(ScheduleRules.Faults(Schedule("9990-01-01T08:00", "FREQ=YEARLY;INTERVAL=366;COUNT=5000"), new DayBudget(ScheduleRules.MostCountedDays)));
    }

    [Fact]
    public void Half_past_six_stays_half_past_six_when_the_clocks_change()
    {
        var times = Recurrence.Expand(Schedule("2026-03-24T18:30", "FREQ=WEEKLY;BYDAY=TU"), new(2026, 3, 1), new(2026, 4, 1), Plenty).ToArray();

        Assert.Equal(["2026-03-24T18:30", "2026-03-31T18:30"], times.Select(time => time.Start.ToString("uuuu'-'MM'-'dd'T'HH:mm", null)));
        Assert.Equal([17, 16], times.Select(time => time.Instant.InUtc().Hour));
    }

    [Fact]
    public void Public_holidays_of_Hesse_and_exceptions_fall_out()
    {
        var schedule = Schedule("2026-05-28T18:00", "FREQ=WEEKLY;BYDAY=TH") with { ExceptHolidays = true, Exdates = ["2026-06-18T18:00"] };

        var dates = Recurrence.Expand(schedule, new(2026, 5, 1), new(2026, 6, 30), Plenty).Select(time => time.Start.Date);

        // Corpus Christi is on 4 June 2026.
        Assert.Equal([new(2026, 5, 28), new(2026, 6, 11), new LocalDate(2026, 6, 25)], dates);
    }

    [Theory]
    [InlineData("2026-01-01T10:00", null, "2026-01-01")]
    [InlineData("2026-01-01T10:00", "FREQ=DAILY;COUNT=3", "2026-01-01 2026-01-02 2026-01-03")]
    [InlineData("2026-01-01T10:00", "FREQ=DAILY;INTERVAL=10;UNTIL=20260121", "2026-01-01 2026-01-11 2026-01-21")]
    [InlineData("2026-01-01T10:00", "FREQ=DAILY;INTERVAL=10;UNTIL=20260121T085959Z", "2026-01-01 2026-01-11")]
    [InlineData("2026-01-01T10:00", "FREQ=DAILY;INTERVAL=10;UNTIL=20260121T090000Z", "2026-01-01 2026-01-11 2026-01-21")]
    [InlineData("2026-01-06T10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=4", "2026-01-06 2026-01-08 2026-01-20 2026-01-22")]
    [InlineData("2026-01-13T10:00", "FREQ=MONTHLY;BYDAY=2TU;COUNT=3", "2026-01-13 2026-02-10 2026-03-10")]
    [InlineData("2026-01-30T10:00", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "2026-01-30 2026-02-27 2026-03-27")]
    [InlineData("2026-01-31T10:00", "FREQ=MONTHLY;COUNT=3", "2026-01-31 2026-03-31 2026-05-31")]
    [InlineData("2026-01-31T10:00", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2026-01-31 2026-02-28 2026-03-31")]
    [InlineData("2026-01-01T10:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", "2026-01-30 2026-02-27")]
    [InlineData("2024-02-29T10:00", "FREQ=YEARLY;COUNT=2", "2024-02-29 2028-02-29")]
    [InlineData("2026-11-26T10:00", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2", "2026-11-26 2027-11-25")]
    [InlineData("2026-01-05T10:00", "FREQ=WEEKLY;BYDAY=MO,SU;WKST=SU;INTERVAL=2;COUNT=4", "2026-01-05 2026-01-18 2026-01-19 2026-02-01")]
    // Where libraries differ; these days are those of dateutil, too (ADR 0064).
    [InlineData("2025-04-28T10:00", "FREQ=YEARLY;BYMONTHDAY=28,13;COUNT=3", "2025-04-28 2025-05-13 2025-05-28")]
    [InlineData("2023-08-13T10:00", "FREQ=YEARLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3", "2023-10-13 2024-09-13 2024-12-13")]
    [InlineData("2020-05-23T10:00", "FREQ=YEARLY;BYDAY=SA;BYMONTHDAY=31;BYSETPOS=-1;COUNT=2", "2020-10-31 2021-07-31")]
    [InlineData("2025-07-23T10:00", "FREQ=YEARLY;BYDAY=1SU;UNTIL=20270219T100000", "2026-01-04 2027-01-03")]
    [InlineData("2021-12-31T10:00", "FREQ=YEARLY;INTERVAL=3;BYDAY=2FR,2MO;COUNT=3", "2024-01-08 2024-01-12 2027-01-08")]
    // Days that never come.
    [InlineData("2026-01-01T10:00", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "")]
    [InlineData("2026-01-01T10:00", "FREQ=DAILY;BYDAY=MO;BYSETPOS=2", "")]
    public void A_rule_gives_the_days_that_the_standard_says(string start, string? rule, string days) =>
        Assert.Equal(days, string.Join(' ', Recurrence.Expand(Schedule(start, rule), new(2020, 1, 1), new(2035, 1, 1), Plenty).Select(time => time.Start.ToString("uuuu'-'MM'-'dd", null))));

    [Theory]
    [InlineData("FREQ=DAILY")]
    [InlineData("FREQ=DAILY;INTERVAL=3")]
    [InlineData("FREQ=WEEKLY;BYDAY=MO,TH;INTERVAL=2")]
    [InlineData("FREQ=WEEKLY;BYDAY=SU;WKST=SU;INTERVAL=3")]
    [InlineData("FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=5")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=31")]
    [InlineData("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29")]
    [InlineData("FREQ=YEARLY;INTERVAL=7")]
    public void A_rule_that_began_long_ago_gives_the_same_days_wherever_one_begins_to_look(string rule)
    {
        var schedule = Schedule("1901-03-31T10:00", rule);
        var all = Recurrence.Expand(schedule, new(1901, 1, 1), new(1931, 12, 31), Plenty).ToArray();

        foreach (var from in Enumerable.Range(0, 30).Select(step => new LocalDate(1901, 1, 1).PlusDays(step * 353)))
        {
            Assert.Equal(all.Where(time => time.Start.Date >= from), Recurrence.Expand(schedule, from, new(1931, 12, 31), Plenty));
        }

        Assert.True(rule.Contains("INTERVAL=7", StringComparison.Ordinal) || Recurrence.Expand(schedule, new(2100, 1, 1), new(2104, 12, 31), Plenty).Any());
    }

    [Fact]
    public void A_time_that_the_clocks_skip_is_an_hour_later_and_one_that_they_repeat_is_the_first()
    {
        var spring = Recurrence.Expand(Schedule("2026-03-29T02:30", null), new(2026, 3, 29), new(2026, 3, 29), Plenty).Single();
        var autumn = Recurrence.Expand(Schedule("2026-10-25T02:30", null), new(2026, 10, 25), new(2026, 10, 25), Plenty).Single();

        Assert.Equal(Instant.FromUtc(2026, 3, 29, 1, 30), spring.Instant);
        Assert.Equal(Instant.FromUtc(2026, 10, 25, 0, 30), autumn.Instant);
    }

    [Fact]
    public void Holidays_and_deadlines_follow_the_calendar()
    {
        LocalDate[] holidays = [new(2026, 1, 1), new(2026, 4, 3), new(2026, 4, 6), new(2026, 5, 1), new(2026, 5, 14), new(2026, 5, 25), new(2026, 6, 4), new(2026, 10, 3), new(2026, 12, 25), new(2026, 12, 26)];

        Assert.Equal(holidays, Enumerable.Range(0, 365).Select(new LocalDate(2026, 1, 1).PlusDays).Where(WorkingDays.IsHoliday));
        Assert.Equal(new LocalDate(2026, 4, 8), WorkingDays.Add(new(2026, 4, 2), 2));
    }

    private static Schedule Schedule(string start, string? rule) => new() { Dtstart = start, Tzid = "Europe/Berlin", Rrule = rule, DurationMinutes = 60 };
}
