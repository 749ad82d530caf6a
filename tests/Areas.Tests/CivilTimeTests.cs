using Microsoft.Extensions.Time.Testing;
using NodaTime;
using Wir.TestKit;
using Xunit;

namespace Wir.Areas.Tests;

[Lane(Lane.Unit)]
public sealed class CivilTimeTests
{
    [Theory]
    [InlineData("2025-01-14T22:59:59Z", 14)]
    [InlineData("2025-01-14T23:00:00Z", 15)]
    [InlineData("2025-07-14T21:59:59Z", 14)]
    [InlineData("2025-07-14T22:00:00Z", 15)]
    public void The_day_changes_at_midnight_in_Berlin(string instant, int day)
    {
        FakeTimeProvider time = new(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal(day, time.Today().Day);
        Assert.Equal(time.Today(), time.CivilNow().Date);
    }

    [Theory]
    [InlineData(2025, 3, 30, 23)]
    [InlineData(2025, 10, 26, 25)]
    [InlineData(2025, 6, 1, 24)]
    public void A_day_is_as_long_as_the_clock_change_makes_it(int year, int month, int day, int hours)
    {
        LocalDate date = new(year, month, day);

        Assert.Equal(TimeSpan.FromHours(hours), date.PlusDays(1).StartInBerlin() - date.StartInBerlin());
        Assert.Equal(date, date.StartInBerlin().ToCivilDate());
        Assert.Equal(TimeSpan.Zero, date.StartInBerlin().Offset);
    }
}
