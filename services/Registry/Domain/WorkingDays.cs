using NodaTime;

namespace Wir.Registry.Domain;

/// <summary>Public holidays of Hesse and deadlines in working days.</summary>
public static class WorkingDays
{
    public static bool IsHoliday(LocalDate day)
    {
        var easter = EasterOf(day.Year);
        return (day.Month, day.Day) is (1, 1) or (5, 1) or (10, 3) or (12, 25) or (12, 26)
            || new[] { -2, 1, 39, 50, 60 }.Any(offset => easter.PlusDays(offset) == day);
    }

    /// <summary>The day after so many working days (Monday to Friday, holidays apart).</summary>
    public static LocalDate Add(LocalDate from, int days)
    {
        var day = from;
        while (days > 0)
        {
            day = day.PlusDays(1);
            if (day.DayOfWeek is not (IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday) && !IsHoliday(day)) days--;
        }

        return day;
    }

    /// <summary>Easter Sunday of the Gregorian calendar (Gauss, with Lichtenberg's correction).</summary>
    private static LocalDate EasterOf(int year)
    {
        var century = year / 100;
        var m = 15 + (((3 * century) + 3) / 4) - (((8 * century) + 13) / 25);
        var s = 2 - (((3 * century) + 3) / 4);
        var a = year % 19;
        var d = ((19 * a) + m) % 30;
        var r = (d + (a / 11)) / 29;
        var og = 21 + d - r;
        var sz = 7 - ((year + (year / 4) + s) % 7);
        var oe = 7 - ((og - sz) % 7);
        return new LocalDate(year, 3, 1).PlusDays(og + oe - 1);
    }
}
