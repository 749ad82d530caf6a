using NodaTime;

namespace Wir.Areas;

/// <summary>
/// Civil time of the district, Europe/Berlin. Deadlines, validity and reporting days are civil dates; they change at
/// midnight in Berlin, which is 22:00 or 23:00 UTC. The rules come with NodaTime, not from the machine.
/// </summary>
public static class CivilTime
{
    /// <summary>Europe/Berlin.</summary>
    public static DateTimeZone Berlin { get; } = DateTimeZoneProviders.Tzdb["Europe/Berlin"];

    /// <summary>Today's date in Berlin.</summary>
    public static LocalDate Today(this TimeProvider time) => time.GetUtcNow().ToCivilDate();

    /// <summary>Date and time of day in Berlin now.</summary>
    public static LocalDateTime CivilNow(this TimeProvider time) =>
        Instant.FromDateTimeOffset(time.GetUtcNow()).InZone(Berlin).LocalDateTime;

    /// <summary>The date in Berlin at an instant.</summary>
    public static LocalDate ToCivilDate(this DateTimeOffset instant) =>
        Instant.FromDateTimeOffset(instant).InZone(Berlin).Date;

    /// <summary>The instant, in UTC, at which a day begins in Berlin.</summary>
    public static DateTimeOffset StartInBerlin(this LocalDate date) =>
        Berlin.AtStartOfDay(date).ToInstant().ToDateTimeOffset();
}
