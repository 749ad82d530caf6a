using System.ComponentModel;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.History;

/// <summary>One version of an entry. Who changed it, and why, is shown to authorities.</summary>
/// <param name="Version">Number of the version.</param>
/// <param name="At">When it began.</param>
/// <param name="Action">What happened: created, changed, approved, confirmed, withdrawn, erased, imported.</param>
/// <param name="Status">State of the entry from then on.</param>
/// <param name="Name">Its name from then on.</param>
/// <param name="Changed">Members that differ from the version before.</param>
/// <param name="Demo">Made up for demonstration.</param>
public sealed record VersionView(long Version, DateTimeOffset At, string Action, string Status, string Name, IReadOnlyList<string> Changed, bool Demo)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Actor { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}

/// <summary>Every version of an entry is kept: who, what, when, why. Persons are not part of it.</summary>
public static class ReadHistory
{
    public static async Task<Results<ReadResult<ListOf<VersionView>>, ProblemHttpResult>> Handle(
        [Description("Id")] Guid id, HttpContext http, [AsParameters] Paging paging, Caller caller, RegistryDb db, CancellationToken ct)
    {
        var take = paging.Take();
        var entry = await db.Associations.AsNoTracking().SingleOrDefaultAsync(candidate => candidate.Id == id, ct);
        if (entry is null) return GetAssociation.NotFound(id.ToString()).ToResult();
        var audience = caller.AudienceFor(entry.Area);
        if (entry.Status == AssociationStatus.Withdrawn && audience == Audience.Public) return GetAssociation.Gone(entry).ToResult();

        var after = paging.After<Position>(http)?.Version ?? 0;
        // One before the page, to say what the page's first version changed.
        var rows = await db.Versions.AsNoTracking().Where(version => version.AssociationId == id && version.Version >= after)
            .OrderBy(version => version.Version).Take(take + 2).ToListAsync(ct);
        if (after > 0 && rows.Count == 0)
        {
            return CommonProblems.UnknownCursor.With(new("So weit geht die Liste nicht.", "The list does not go that far.")).ToResult();
        }

        var before = after > 0 ? rows[0].Content : null;
        var (data, links) = Paging.Cut(http, after > 0 ? rows[1..] : rows, take, last => new Position(last.Version));
        var views = new List<VersionView>();
        foreach (var version in data)
        {
            views.Add(new(version.Version, version.At, version.Action, EnumCodes.Of(version.Status), version.Content.Name, Changed(before, version.Content), entry.Demo)
            {
                Actor = audience == Audience.Public ? null : version.Actor,
                Reason = audience == Audience.Public ? null : version.Reason,
            });
            before = version.Content;
        }

        return Reads.Ok(new ListOf<VersionView>(views, links, new ListMeta()));
    }

    /// <summary>The entry as it stood at an instant; contact points by what the reader may see, persons never.</summary>
    public static async Task<Outcome<AssociationView>> AsOfAsync(RegistryDb db, Association entry, string asOf, Audience audience, CancellationToken ct)
    {
        if (!TryReadInstant(asOf, out var instant))
        {
            return Query.Invalid("asOf", new("Erwartet wird ein Tag oder ein Zeitpunkt wie 2026-05-31T08:00:00Z.", "A day or an instant like 2026-05-31T08:00:00Z is expected."));
        }

        var version = await db.Versions.AsNoTracking().Where(candidate => candidate.AssociationId == entry.Id && candidate.At <= instant)
            .OrderByDescending(candidate => candidate.Version).FirstOrDefaultAsync(ct);
        if (version is null) return CommonProblems.NotFound.With(new("Damals gab es den Eintrag noch nicht.", "The entry did not exist then."));
        if (version.Status == AssociationStatus.Withdrawn && audience == Audience.Public)
        {
            return Problems.Withdrawn.With(new("Der Eintrag war damals zurückgezogen.", "The entry was withdrawn then."));
        }

        var content = audience == Audience.Office ? version.Content : AsShownToday(version.Content, entry.Content, audience);
        return AssociationView.Of(entry, content, [], audience, default) with
        {
            Version = version.Version,
            Status = EnumCodes.Of(version.Status),
            ConfirmedAt = version.ConfirmedAt,
            UpdatedAt = version.At,
            WithdrawnReason = version.Status == AssociationStatus.Withdrawn ? version.Reason : null,
        };
    }

    /// <summary>What was hidden since stays hidden: of contact points and texts only those that the reader sees today, too.</summary>
    private static AssociationContent AsShownToday(AssociationContent then, AssociationContent now, Audience audience)
    {
        var shown = now.Contacts.Where(contact => audience.Sees(contact.Visibility)).ToList();
        return then with
        {
            Contacts =
            [
                .. then.Contacts.Where(old => shown.Exists(contact =>
                    (old.Email is null || old.Email == contact.Email) && (old.Phone is null || old.Phone == contact.Phone))),
            ],
            Texts = then.Texts.Where(text => now.Texts.TryGetValue(text.Key, out var today) && TextState.IsPublic(today.State)).ToDictionary(),
        };
    }

    /// <summary>A civil day means its end.</summary>
    private static bool TryReadInstant(string text, out DateTimeOffset instant)
    {
        instant = default;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            // Far from any year that there is a day after, and a time in Berlin.
            if (day.Year is < 1900 or > 2200) return false;
            instant = LocalDate.FromDateOnly(day).PlusDays(1).StartInBerlin().AddTicks(-10);
            return true;
        }

        // A plus sign in an address is a space.
        var isInstant = DateTimeOffset.TryParse(text.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out instant) && text.Contains('T', StringComparison.Ordinal);
        instant = instant.ToUniversalTime();
        return isInstant;
    }

    private static List<string> Changed(AssociationContent? before, AssociationContent after)
    {
        var (old, now) = (Members(before), Members(after));
        return [.. old.Select(member => member.Key).Union(now.Select(member => member.Key))
            .Where(name => !JsonNode.DeepEquals(old[name], now[name])).Order(StringComparer.Ordinal)];
    }

    private static JsonObject Members(AssociationContent? content) =>
        content is null ? [] : (JsonObject)JsonNode.Parse(StoredJson.Write(content))!;

    private sealed record Position(long Version);
}
