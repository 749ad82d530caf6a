using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;
using Wir.ServiceDefaults.Errors;

namespace Wir.Registry.Domain;

/// <summary>Which schedules the register takes: local times, known zones, and the recurrence rules that it can expand.</summary>
public static partial class ScheduleRules
{
    private static readonly LocalDateTimePattern s_start = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm");
    private static readonly LocalDateTimePattern s_startWithSeconds = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss");
    private static readonly string[] s_parts = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"];

    /// <summary>Schedules of one entry; clubs with twenty courses have some sixty.</summary>
    public const int MostOfEntry = 200;

    /// <summary>Days that the rules with COUNT of one entry reach over, together.</summary>
    public const int MostCountedDays = 80_000;

    private static readonly LocalDate s_end = new(2300, 12, 31);

    public static bool TryReadLocal(string text, out LocalDateTime value)
    {
        value = default;
        return s_start.Parse(text).TryGetValue(default, out value) || s_startWithSeconds.Parse(text).TryGetValue(default, out value);
    }

    /// <summary>What is wrong with one schedule, by JSON Pointer.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="counted">Days that the entry's rules with COUNT may still reach over.</param>
    internal static IEnumerable<Fault> Faults(Schedule schedule, DayBudget counted)
    {
        var isTime = TryReadLocal(schedule.Dtstart, out var start);
        var hasStart = isTime && start.Year is >= 1900 and <= 2200;
        if (!isTime) yield return At("/dtstart", new("Erwartet wird eine Ortszeit wie 2026-09-01T18:00.", "A local time like 2026-09-01T18:00 is expected."));
        else if (!hasStart) yield return At("/dtstart", new("Das Jahr liegt außerhalb von 1900 bis 2200.", "The year is not within 1900 to 2200."));
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(schedule.Tzid) is null) yield return At("/tzid", new("Diese Zeitzone ist unbekannt.", "This time zone is not known."));
        if (schedule.Rrule is { } rule && (RuleFault(rule) ?? (hasStart ? CountFault(schedule, counted) : null)) is { } fault) yield return At("/rrule", fault);
        foreach (var (index, text) in schedule.Exdates.Index())
        {
            if (!TryReadLocal(text, out _)) yield return At($"/exdates/{index}", new("Erwartet wird eine Ortszeit wie 2026-09-01T18:00.", "A local time like 2026-09-01T18:00 is expected."));
        }
    }

    private static Text? RuleFault(string rule)
    {
        var parts = rule.Split(';').Select(part => part.Split('=', 2)).ToArray();
        if (parts.Any(part => part.Length != 2 || !s_parts.Contains(part[0]))) return new("Die Wiederholungsregel hat unbekannte Teile.", "The recurrence rule has unknown parts.");
        if (parts.Select(part => part[0]).Distinct().Count() != parts.Length) return new("Die Wiederholungsregel nennt einen Teil mehrfach.", "The recurrence rule names a part more than once.");
        var values = parts.ToDictionary(part => part[0], part => part[1]);
        if (!values.TryGetValue("FREQ", out var frequency) || frequency is not ("DAILY" or "WEEKLY" or "MONTHLY" or "YEARLY"))
        {
            return new("FREQ ist DAILY, WEEKLY, MONTHLY oder YEARLY.", "FREQ is DAILY, WEEKLY, MONTHLY or YEARLY.");
        }

        if (values.ContainsKey("COUNT") && values.ContainsKey("UNTIL")) return new("COUNT und UNTIL schließen einander aus.", "COUNT and UNTIL exclude each other.");
        return values.All(IsValid) ? null : new("Ein Wert der Wiederholungsregel ist ungültig.", "A value of the recurrence rule is invalid.");
    }

    /// <summary>What is counted is gone through from its start each time that somebody asks.</summary>
    private static Text? CountFault(Schedule schedule, DayBudget counted)
    {
        if (!schedule.Rrule!.Contains("COUNT=", StringComparison.Ordinal)) return null;
        try
        {
            _ = Recurrence.Expand(schedule, s_end.PlusDays(1), s_end, counted).Count();
            return null;
        }
        catch (DayBudgetException)
        {
            return new(
                $"Alle COUNT eines Eintrags reichen zusammen weiter als {MostCountedDays} Tage; UNTIL nennt ein Ende ohne Zählen.",
                $"All COUNTs of an entry together reach further than {MostCountedDays} days; UNTIL names an end without counting.");
        }
    }

    private static bool IsValid(KeyValuePair<string, string> part) => part.Key switch
    {
        "INTERVAL" => Whole(part.Value, 1, 366),
        "COUNT" => Whole(part.Value, 1, 5000),
        "UNTIL" => IsUntil(part.Value),
        "BYDAY" => part.Value.Split(',').All(value => WeekDay().IsMatch(value)),
        "BYMONTHDAY" => part.Value.Split(',').All(value => Whole(value, -31, 31) && value != "0"),
        "BYMONTH" => part.Value.Split(',').All(value => Whole(value, 1, 12)),
        "BYSETPOS" => part.Value.Split(',').All(value => Whole(value, -366, 366) && value != "0"),
        "WKST" => WeekDay().IsMatch(part.Value) && part.Value.Length == 2,
        _ => true,
    };

    // 20261231, 20261231T180000 or 20261231T180000Z
    private static bool IsUntil(string text)
    {
        if (!Until().IsMatch(text)) return false;
        var day = LocalDatePattern.CreateWithInvariantCulture("uuuuMMdd").Parse(text[..8]);
        return day.Success && day.Value.Year is >= 1900 and <= 2300
            && (text.Length == 8 || LocalTimePattern.CreateWithInvariantCulture("HHmmss").Parse(text[9..15]).Success);
    }

    private static bool Whole(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most;

    private static Fault At(string pointer, Text detail) => new(pointer, CommonProblems.Faults.InvalidValue, detail);

    [GeneratedRegex(@"^[+-]?([1-5]?\d)?(MO|TU|WE|TH|FR|SA|SU)$", RegexOptions.CultureInvariant)]
    private static partial Regex WeekDay();

    [GeneratedRegex(@"^\d{8}(T\d{6}Z?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Until();
}
