using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Wir.Registry.Domain;

namespace Wir.Registry.Hsds;

/// <summary>Schedules in the parts that HSDS has: weekly and monthly rules; anything else is told in words.</summary>
internal static class HsdsSchedules
{
    private static readonly string[] s_days = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"];

    public static HsdsSchedule? Of(Schedule schedule, Guid serviceId, Guid ownerId, int index)
    {
        if (!ScheduleRules.TryReadLocal(schedule.Dtstart, out var start)) return null;
        var end = start.PlusMinutes(schedule.DurationMinutes);
        var parts = Parts(schedule.Rrule);
        var isDaily = parts.GetValueOrDefault("FREQ") == "DAILY" && parts.GetValueOrDefault("INTERVAL", "1") == "1" && !parts.ContainsKey("BYDAY");
        var freq = isDaily ? "WEEKLY" : parts.GetValueOrDefault("FREQ") is "WEEKLY" or "MONTHLY" ? parts["FREQ"] : null;
        var isKept = freq is not null && !parts.ContainsKey("BYMONTH") && !parts.ContainsKey("BYSETPOS");
        var until = schedule.Rrule is null ? DateOf(start) : UntilOf(parts.GetValueOrDefault("UNTIL"));
        return new HsdsSchedule
        {
            Id = DerivedId.Of("schedule", ownerId, index.ToString(CultureInfo.InvariantCulture)),
            ServiceId = serviceId,
            ValidFrom = DateOf(start),
            ValidTo = until,
            Dtstart = DateOf(start),
            Timezone = OffsetOf(schedule.Tzid, start),
            Until = isKept ? until : null,
            Count = isKept && parts.TryGetValue("COUNT", out var count) ? int.Parse(count, CultureInfo.InvariantCulture) : null,
            Wkst = isKept ? parts.GetValueOrDefault("WKST") : null,
            Freq = isKept ? freq : null,
            Interval = isKept && parts.TryGetValue("INTERVAL", out var interval) ? int.Parse(interval, CultureInfo.InvariantCulture) : isKept ? 1 : null,
            Byday = !isKept ? null : isDaily ? "MO,TU,WE,TH,FR,SA,SU" : parts.GetValueOrDefault("BYDAY"),
            Bymonthday = isKept ? parts.GetValueOrDefault("BYMONTHDAY") : null,
            Description = Describe(start, end, schedule.Rrule, isKept),
            OpensAt = TimeOf(start),
            ClosesAt = TimeOf(end),
            Notes = NotesOf(schedule),
        };
    }

    private static Dictionary<string, string> Parts(string? rule) =>
        (rule ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)).Where(part => part.Length == 2)
            .GroupBy(part => part[0]).ToDictionary(group => group.Key, group => group.First()[1]);

    private static string Describe(LocalDateTime start, LocalDateTime end, string? rule, bool isKept) =>
        string.Create(CultureInfo.InvariantCulture, $"{s_days[(int)start.DayOfWeek - 1]} {start:HH':'mm}–{end:HH':'mm} Uhr, ab {start:dd'.'MM'.'uuuu}")
        + (rule is null || isKept ? "" : $" ({rule})");

    private static string? NotesOf(Schedule schedule)
    {
        var notes = new List<string>();
        if (schedule.ExceptHolidays) notes.Add("Nicht an gesetzlichen Feiertagen in Hessen.");
        if (schedule.Exdates.Count > 0) notes.Add($"Fällt aus: {string.Join(", ", schedule.Exdates)}.");
        return notes.Count == 0 ? null : string.Join(' ', notes);
    }

    private static string? UntilOf(string? until) =>
        until is { Length: >= 8 } && LocalDatePattern.CreateWithInvariantCulture("uuuuMMdd").Parse(until[..8]) is { Success: true } day
            ? LocalDatePattern.Iso.Format(day.Value)
            : null;

    /// <summary>HSDS has one number for a zone; the one of winter, which is what people call the zone's.</summary>
    private static double? OffsetOf(string tzid, LocalDateTime start) =>
        DateTimeZoneProviders.Tzdb.GetZoneOrNull(tzid) is { } zone
            ? zone.GetUtcOffset(zone.AtLeniently(new LocalDateTime(start.Year, 1, 1, 12, 0)).ToInstant()).Seconds / 3600.0
            : null;

    private static string DateOf(LocalDateTime value) => LocalDatePattern.Iso.Format(value.Date);

    private static string TimeOf(LocalDateTime value) => value.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
