using NodaTime;
using Wir.Areas;

namespace Wir.Jobs;

/// <summary>The kinds of work a service does.</summary>
public sealed class JobsBuilder
{
    private readonly Dictionary<string, JobKind> _kinds = [];

    public IReadOnlyDictionary<string, JobKind> Kinds => _kinds;

    /// <summary>Jobs of <paramref name="kind"/> are done by <typeparamref name="THandler"/>.</summary>
    public JobKind On<THandler>(string kind) where THandler : class, IJobHandler
    {
        var definition = new JobKind(kind, typeof(THandler));
        _kinds.Add(kind, definition);
        return definition;
    }
}

/// <summary>A kind of job, and when it recurs.</summary>
public sealed class JobKind(string name, Type handler)
{
    public string Name { get; } = name;

    public Type Handler { get; } = handler;

    /// <summary>Jobs of this kind run at a time by one instance; default 2.</summary>
    public int Concurrency { get; private set; } = 2;

    internal Recurrence? Recurrence { get; private set; }

    public JobKind WithConcurrency(int concurrency)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(concurrency);
        Concurrency = concurrency;
        return this;
    }

    /// <summary>Also recurs, the first time at once. An occurrence that finds the previous one unfinished is left out; missed ones are not made up for.</summary>
    public JobKind Every(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromSeconds(1));
        Recurrence = new IntervalRecurrence(interval);
        return this;
    }

    /// <summary>Also recurs each day at this time in Berlin. A time that the clock change skips is made up for right after it; one that comes twice counts once.</summary>
    public JobKind DailyAt(int hour, int minute = 0)
    {
        Recurrence = new DailyRecurrence(new LocalTime(hour, minute));
        return this;
    }
}

/// <summary>When a kind recurs.</summary>
internal abstract record Recurrence
{
    /// <summary>Stored beside the next occurrence: a changed definition starts anew.</summary>
    public abstract string Definition { get; }

    /// <summary>The first occurrence of a schedule that is new.</summary>
    public abstract DateTimeOffset First(DateTimeOffset now);

    /// <summary>The first occurrence after <paramref name="now"/>, when <paramref name="due"/> was the last one.</summary>
    public abstract DateTimeOffset Next(DateTimeOffset due, DateTimeOffset now);
}

internal sealed record IntervalRecurrence(TimeSpan Interval) : Recurrence
{
    public override string Definition => $"every {Interval:c}";

    public override DateTimeOffset First(DateTimeOffset now) => now;

    public override DateTimeOffset Next(DateTimeOffset due, DateTimeOffset now) => due + (Interval * (1 + Math.Max(0, (now - due).Ticks / Interval.Ticks)));
}

internal sealed record DailyRecurrence(LocalTime At) : Recurrence
{
    public override string Definition => $"daily {At:HH':'mm} Europe/Berlin";

    public override DateTimeOffset First(DateTimeOffset now) => Next(now, now);

    public override DateTimeOffset Next(DateTimeOffset due, DateTimeOffset now)
    {
        var day = now.ToCivilDate();
        var today = InstantOn(day);
        return today > now ? today : InstantOn(day.PlusDays(1));
    }

    private DateTimeOffset InstantOn(LocalDate day) => (day + At).InZoneLeniently(CivilTime.Berlin).ToInstant().ToDateTimeOffset();
}
