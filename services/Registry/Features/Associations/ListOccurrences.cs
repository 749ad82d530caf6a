using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Associations;

/// <summary>One time at which an offer takes place.</summary>
/// <param name="OfferId">The offer.</param>
/// <param name="Name">Its name, by BCP 47 tag.</param>
/// <param name="Start">Local start.</param>
/// <param name="Tzid">The zone of the local start.</param>
/// <param name="StartsAt">The same as an instant.</param>
/// <param name="EndsAt">The end as an instant.</param>
/// <param name="Demo">Made up for demonstration.</param>
public sealed record OccurrenceView(
    Guid OfferId, IReadOnlyDictionary<string, string> Name, string Start, string Tzid, DateTimeOffset StartsAt, DateTimeOffset EndsAt, bool Demo);

/// <summary>When an association's offers take place: recurrence, exceptions and Hessian holidays worked out.</summary>
public static class ListOccurrences
{
    private const int MaxDays = 366;
    private const int Usual = 28;

    /// <summary>What the limits of an entry allow, over a year.</summary>
    private const int MostDaysLookedAt = 400_000;
    private const int MostOccurrences = 5_000;

    public static async Task<Results<ReadResult<ListOf<OccurrenceView>>, ProblemHttpResult>> Handle(
        [Description("Id")] Guid id,
        [Description("First day, today when absent")] DateOnly? from,
        [Description("Last day, four weeks later when absent, a year at most")] DateOnly? to,
        HttpContext http, Caller caller, RegistryDb db, HeavyWork work, TimeProvider time, CancellationToken ct)
    {
        var first = from is { } day ? LocalDate.FromDateOnly(day) : time.Today();
        if (first.Year is < 1900 or > 2200) return Query.Invalid("from", new("Das Jahr liegt außerhalb von 1900 bis 2200.", "The year is not within 1900 to 2200.")).ToResult();
        var last = to is { } end ? LocalDate.FromDateOnly(end) : first.PlusDays(Usual);
        if (last < first || Period.DaysBetween(first, last) > MaxDays) return Query.Invalid("to", new($"Erlaubt sind bis zu {MaxDays} Tage ab from.", $"Allowed are up to {MaxDays} days after from.")).ToResult();

        // Reading an entry with hundreds of schedules is as much work as expanding them.
        using var turn = await work.TakeTurnAsync(ct);
        var entry = await db.Associations.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.Id == id, ct);
        if (entry is null) return GetAssociation.NotFound(id.ToString()).ToResult();
        if (entry.Status == AssociationStatus.Withdrawn && caller.AudienceFor(entry.Area) == Audience.Public) return GetAssociation.Gone(entry).ToResult();
        OccurrenceView[] views;
        try
        {
            views = [.. Expand(entry, first, last, new DayBudget(MostDaysLookedAt, ct)).Take(MostOccurrences + 1)];
        }
        catch (DayBudgetException)
        {
            return TooMany().ToResult();
        }

        if (views.Length > MostOccurrences) return TooMany().ToResult();
        views = [.. views.OrderBy(view => view.StartsAt).ThenBy(view => view.OfferId)];
        return Reads.Ok(new ListOf<OccurrenceView>(views, new ListLinks($"{http.Request.Path}{http.Request.QueryString}", null, null), new ListMeta()));
    }

    private static IEnumerable<OccurrenceView> Expand(Association entry, LocalDate first, LocalDate last, DayBudget budget) =>
        from offer in entry.Content.Offers
        from schedule in offer.Schedule
        from occurrence in Recurrence.Expand(schedule, first, last, budget)
        select ViewOf(offer, schedule, occurrence, entry.Demo);

    private static ProblemCase TooMany() => Problems.TooManyOccurrences.With(new(
        $"Höchstens {MostOccurrences} Termine gehen auf einmal. Ein kürzerer Zeitraum hilft.",
        $"At most {MostOccurrences} occurrences are given at once. A shorter time helps.")).Add("limit", MostOccurrences);

    private static OccurrenceView ViewOf(Offer offer, Schedule schedule, Occurrence occurrence, bool demo) => new(
        offer.Id, offer.Name, occurrence.Start.ToString("uuuu'-'MM'-'dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture), schedule.Tzid,
        occurrence.Instant.ToDateTimeOffset(), occurrence.Instant.Plus(Duration.FromMinutes(schedule.DurationMinutes)).ToDateTimeOffset(), demo);
}
