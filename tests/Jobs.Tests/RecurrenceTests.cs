using NodaTime;
using Wir.TestKit;
using Xunit;

namespace Wir.Jobs.Tests;

[Lane(Lane.Unit)]
public sealed class RecurrenceTests
{
    [Theory]
    [InlineData("2026-01-10T01:00:00Z", "2026-01-10T02:30:00Z")] // winter: 03:30 is 02:30 UTC
    [InlineData("2026-01-10T02:30:00Z", "2026-01-11T02:30:00Z")] // just due: tomorrow
    [InlineData("2026-07-10T01:00:00Z", "2026-07-10T01:30:00Z")] // summer
    [InlineData("2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z")] // the day on which the clocks go forward
    public void A_daily_job_keeps_its_civil_time(string now, string next)
    {
        var daily = new DailyRecurrence(new LocalTime(3, 30));

        Assert.Equal(At(next), daily.Next(At(now), At(now)));
    }

    [Fact]
    public void A_time_that_the_clock_change_skips_is_made_up_for_right_after_it()
    {
        var daily = new DailyRecurrence(new LocalTime(2, 30));

        // 02:30 does not exist on 29 March 2026 in Berlin; 03:30 summer time is 01:30 UTC.
        Assert.Equal(At("2026-03-29T01:30:00Z"), daily.Next(At("2026-03-28T12:00:00Z"), At("2026-03-28T12:00:00Z")));
    }

    [Fact]
    public void A_time_that_comes_twice_counts_once()
    {
        var daily = new DailyRecurrence(new LocalTime(2, 30));
        var first = daily.Next(At("2026-10-24T12:00:00Z"), At("2026-10-24T12:00:00Z"));

        var second = daily.Next(first, first);

        Assert.Equal(At("2026-10-25T00:30:00Z"), first);
        Assert.Equal(At("2026-10-26T01:30:00Z"), second);
    }

    [Theory]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z")]
    [InlineData("2026-01-01T00:04:59Z", "2026-01-01T00:05:00Z")]
    [InlineData("2026-01-01T00:05:00Z", "2026-01-01T00:10:00Z")]
    [InlineData("2026-01-01T07:01:00Z", "2026-01-01T07:05:00Z")]
    public void An_interval_keeps_its_beat_and_makes_up_for_nothing(string now, string next)
    {
        var interval = new IntervalRecurrence(TimeSpan.FromMinutes(5));

        Assert.Equal(At(next), interval.Next(At("2026-01-01T00:00:00Z"), At(now)));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
