using System.Globalization;
using NodaTime;

namespace Wir.Registry.Domain;

/// <summary>One time at which an offer takes place.</summary>
/// <param name="Start">Local start.</param>
/// <param name="Instant">The same as an instant, by the rules of the zone on that day.</param>
public readonly record struct Occurrence(LocalDateTime Start, Instant Instant);

/// <summary>Days that may be looked at for one request, over all of its schedules.</summary>
/// <param name="days">So many.</param>
/// <param name="ct">The request's.</param>
internal sealed class DayBudget(int days, CancellationToken ct = default)
{
    private readonly int _days = days;
    private int _left = days;

    /// <exception cref="DayBudgetException">They are used up.</exception>
    public void Spend(int count)
    {
        ct.ThrowIfCancellationRequested();
        if ((_left -= count) < 0) throw new DayBudgetException(_days);
    }
}

/// <summary>Schedules would need more days looked at than there are in the budget.</summary>
internal sealed class DayBudgetException(int days) : Exception($"More than {days} days would have to be looked at.");

/// <summary>
/// Expands a schedule (RFC 5545: FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS, WKST). It works on local dates, so
/// half past six stays half past six when the clocks change.
/// </summary>
internal static class Recurrence
{
    /// <summary>Periods looked at, at most: a rule that never matches ends.</summary>
    private const int MaxPeriods = 20_000;

    /// <summary>Occurrences from the first day to the last, both inclusive. Exceptions and, where the schedule says so, public holidays are left out.</summary>
    /// <exception cref="DayBudgetException">The budget does not reach.</exception>
    public static IEnumerable<Occurrence> Expand(Schedule schedule, LocalDate from, LocalDate to, DayBudget budget)
    {
        if (!ScheduleRules.TryReadLocal(schedule.Dtstart, out var start)) yield break;
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(schedule.Tzid) ?? DateTimeZone.Utc;
        var without = schedule.Exdates.Select(text => ScheduleRules.TryReadLocal(text, out var local) ? local : default).ToHashSet();
        foreach (var date in Dates(schedule.Rrule is { } rule ? Rule.Parse(rule) : null, start, zone, from, to, budget))
        {
            var local = date + start.TimeOfDay;
            if (date < from || without.Contains(local) || (schedule.ExceptHolidays && WorkingDays.IsHoliday(date))) continue;
            yield return new(local, local.InZoneLeniently(zone).ToInstant());
        }
    }

    /// <summary>Every date of the rule from its start on; COUNT counts those that exceptions leave out, too.</summary>
    private static IEnumerable<LocalDate> Dates(Rule? rule, LocalDateTime start, DateTimeZone zone, LocalDate from, LocalDate to, DayBudget budget)
    {
        if (rule is null)
        {
            if (start.Date <= to) yield return start.Date;
            yield break;
        }

        var (count, last) = (0, rule.LastDate(start, zone) is { } until && until < to ? until : to);
        // What is counted has to be gone through from its start; anything else can begin where it is asked.
        var skipped = rule.Count == int.MaxValue ? rule.PeriodsBefore(start.Date, from) : 0;
        for (var period = skipped; period < skipped + MaxPeriods; period++)
        {
            var (first, end) = rule.Period(start.Date, period);
            if (first > last) yield break;
            budget.Spend(NodaTime.Period.DaysBetween(first, end) + 1);
            foreach (var date in rule.Select(start.Date, first, end).Where(date => date >= start.Date))
            {
                if (date > last) yield break;
                yield return date;
                if (++count >= rule.Count) yield break;
            }
        }
    }

    private sealed record Rule(
        string Frequency, int Interval, int Count, string? Until, (int Ordinal, IsoDayOfWeek Day)[] ByDay, int[] ByMonthDay, int[] ByMonth, int[] BySetPos, IsoDayOfWeek WeekStart)
    {
        private static readonly string[] s_days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

        public static Rule Parse(string text)
        {
            var parts = text.Split(';').Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToDictionary(part => part[0], part => part[1]);
            int[] Numbers(string name) => parts.TryGetValue(name, out var list) ? [.. list.Split(',').Select(value => int.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))] : [];
            return new(
                parts.GetValueOrDefault("FREQ", "DAILY"),
                Numbers("INTERVAL") is [var interval] ? interval : 1,
                Numbers("COUNT") is [var count] ? count : int.MaxValue,
                parts.GetValueOrDefault("UNTIL"),
                parts.TryGetValue("BYDAY", out var days) ? [.. days.Split(',').Select(DayOf)] : [],
                Numbers("BYMONTHDAY"), Numbers("BYMONTH"), Numbers("BYSETPOS"),
                parts.TryGetValue("WKST", out var week) ? DayOf(week).Day : IsoDayOfWeek.Monday);
        }

        /// <summary>UNTIL is inclusive; in UTC it is compared with the start's instant of that day.</summary>
        public LocalDate? LastDate(LocalDateTime start, DateTimeZone zone)
        {
            if (Until is null) return null;
            var date = new LocalDate(int.Parse(Until[..4], CultureInfo.InvariantCulture), int.Parse(Until[4..6], CultureInfo.InvariantCulture), int.Parse(Until[6..8], CultureInfo.InvariantCulture));
            if (Until.Length < 15) return date;
            var time = new LocalTime(int.Parse(Until[9..11], CultureInfo.InvariantCulture), int.Parse(Until[11..13], CultureInfo.InvariantCulture), int.Parse(Until[13..15], CultureInfo.InvariantCulture));
            var local = Until.EndsWith('Z') ? (date + time).InUtc().WithZone(zone).LocalDateTime : date + time;
            return local.TimeOfDay < start.TimeOfDay ? local.Date.PlusDays(-1) : local.Date;
        }

        /// <summary>First and last day of the n-th period that the rule looks at.</summary>
        public (LocalDate First, LocalDate Last) Period(LocalDate start, int n)
        {
            switch (Frequency)
            {
                case "DAILY":
                    var day = start.PlusDays(n * Interval);
                    return (day, day);
                case "WEEKLY":
                    var week = start.PlusDays(-(((int)start.DayOfWeek - (int)WeekStart + 7) % 7)).PlusWeeks(n * Interval);
                    return (week, week.PlusDays(6));
                case "MONTHLY":
                    var month = new LocalDate(start.Year, start.Month, 1).PlusMonths(n * Interval);
                    return (month, month.PlusMonths(1).PlusDays(-1));
                default:
                    var year = new LocalDate(start.Year + (n * Interval), 1, 1);
                    return (year, year.PlusYears(1).PlusDays(-1));
            }
        }

        /// <summary>So many periods certainly end before the day.</summary>
        public int PeriodsBefore(LocalDate start, LocalDate day)
        {
            var (days, longest) = (NodaTime.Period.DaysBetween(start, day), Frequency switch { "DAILY" => 1, "WEEKLY" => 7, "MONTHLY" => 31, _ => 366 });
            return Math.Max(0, (days / (longest * Interval)) - 1);
        }

        /// <summary>The rule's days within a period, in order.</summary>
        public IEnumerable<LocalDate> Select(LocalDate start, LocalDate first, LocalDate last)
        {
            var days = Enumerable.Range(0, NodaTime.Period.DaysBetween(first, last) + 1).Select(first.PlusDays).Where(day => Matches(start, day)).ToArray();
            if (BySetPos.Length == 0) return days;
            return days.Where((_, index) => BySetPos.Contains(index + 1) || BySetPos.Contains(index - days.Length));
        }

        private static (int Ordinal, IsoDayOfWeek Day) DayOf(string text) =>
            (text.Length > 2 ? int.Parse(text[..^2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0, (IsoDayOfWeek)(Array.IndexOf(s_days, text[^2..]) + 1));

        private bool Matches(LocalDate start, LocalDate day)
        {
            if (ByMonth.Length > 0 && !ByMonth.Contains(day.Month)) return false;
            var inMonth = CalendarSystem.Iso.GetDaysInMonth(day.Year, day.Month);
            if (ByMonthDay.Length > 0 && !ByMonthDay.Contains(day.Day) && !ByMonthDay.Contains(day.Day - inMonth - 1)) return false;
            if (ByDay.Length > 0) return ByDay.Any(wanted => wanted.Day == day.DayOfWeek && (wanted.Ordinal == 0 || HasOrdinal(wanted.Ordinal, day, inMonth)));
            // What the rule leaves open, the start says.
            return Frequency switch
            {
                "WEEKLY" => day.DayOfWeek == start.DayOfWeek,
                "MONTHLY" => ByMonthDay.Length > 0 || day.Day == start.Day,
                "YEARLY" => (ByMonthDay.Length > 0 || day.Day == start.Day) && (ByMonth.Length > 0 || ByMonthDay.Length > 0 || day.Month == start.Month),
                _ => true,
            };
        }

        /// <summary>The second Tuesday of the month (of the year, when yearly without a month), or the last.</summary>
        private bool HasOrdinal(int ordinal, LocalDate day, int inMonth)
        {
            var ofYear = Frequency == "YEARLY" && ByMonth.Length == 0;
            var (position, length) = ofYear ? (day.DayOfYear, CalendarSystem.Iso.GetDaysInYear(day.Year)) : (day.Day, inMonth);
            return ordinal > 0 ? (position + 6) / 7 == ordinal : (length - position) / 7 == -ordinal - 1;
        }
    }
}
