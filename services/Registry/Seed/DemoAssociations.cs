using System.Globalization;
using NodaTime;
using Wir.Areas;
using Wir.Registry.Codes;
using Wir.Registry.Domain;

namespace Wir.Registry.Seed;

/// <param name="Id">The same for the same seed and place in the row.</param>
/// <param name="Content">Passes the rules of the register.</param>
public sealed record DemoAssociation(Guid Id, AssociationContent Content);

/// <summary>
/// Made-up associations of a real district: the same seed gives the same ones. Names are built from patterns, telephone numbers come from
/// the range that is kept free for films, mail and web addresses from example.org, register numbers from beyond those that courts have given.
/// </summary>
public sealed class DemoAssociations
{
    private static readonly DateTimeOffset s_start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private static readonly string[] s_streets =
    [
        "Hauptstraße", "Bahnhofstraße", "Schulstraße", "Kirchweg", "Am Sportplatz", "Lindenweg", "Gartenstraße", "Mühlenweg", "Bergstraße",
        "Waldecker Straße", "Am Anger", "Ederstraße", "Kasseler Straße", "Ringstraße", "Zum Dorfgemeinschaftshaus", "Rosenweg", "Feldstraße",
    ];

    private static readonly string[] s_languages = ["ar", "uk", "tr", "fa", "prs", "ru", "en", "ti", "ro", "pl", "so", "kmr", "fr", "bg"];
    private static readonly string[] s_accessibility = ["step-free", "accessible-toilet", "accessible-parking", "easy-language", "assistance-dogs"];

    /// <summary>Week days with the first such day of September 2026: a rule's start has to be one of its days.</summary>
    private static readonly (string Code, int Day)[] s_days = [("MO", 7), ("TU", 1), ("WE", 2), ("TH", 3), ("FR", 4), ("SA", 5)];
    private static readonly string[] s_courts = ["RA000282", "RA000245"];

    private readonly DemoFiles _files;
    private readonly IReadOnlyList<Area> _municipalities;
    private readonly HashSet<string> _known;

    /// <param name="files">What they are made of.</param>
    /// <param name="areas">The area register; the municipalities are those of <paramref name="day"/>.</param>
    /// <param name="codes">Codes that the register takes; others are left out.</param>
    /// <param name="day">A day.</param>
    public DemoAssociations(DemoFiles files, AreaRegister areas, CodeLists codes, LocalDate day)
    {
        _files = files;
        _municipalities = [.. areas.All.Where(area => files.Places.ContainsKey(area.Key) && area.IsValidOn(day) && area is { Latitude: not null, Longitude: not null })];
        _known = [.. codes.Categories.Entries.Select(entry => entry.Code), .. codes.TargetGroups.Entries.Select(entry => entry.Code), .. codes.Accessibility.Entries.Select(entry => entry.Code)];
    }

    /// <summary>The first <paramref name="count"/> associations of a seed; a longer row starts with the shorter one.</summary>
    public IEnumerable<DemoAssociation> Generate(int count, int seed = 1)
    {
        var random = new SeededRandom((ulong)seed);
        var names = new HashSet<string>();
        for (var index = 0; index < count; index++)
        {
            // A generator per entry: a change to what one entry holds leaves the others as they are.
            yield return One(new SeededRandom(random.Next()), index, names);
        }
    }

    private DemoAssociation One(SeededRandom random, int index, HashSet<string> names)
    {
        var area = random.Of(_municipalities, municipality => municipality.Population?.Count ?? 1000);
        var activity = random.Of(_files.Activities, one => one.Weight);
        var places = _files.Places[area.Key];
        var place = random.Chance(40) ? places[0] : random.Of(places);
        var year = 1850 + random.Below(170);
        var name = NameOf(random, activity, place, year, names);
        var slug = Slug(name);
        var location = Near(random, area);
        var street = random.Of(s_streets);
        var isRegistered = activity.Kind == "registered-association";
        var id = random.Id(s_start.AddMinutes(index));
        var content = new AssociationContent
        {
            Kind = activity.Kind,
            Name = isRegistered ? $"{name} e.V." : name,
            AlternateNames = Initials(name) is { } initials && random.Chance(60) ? [initials] : [],
            Identifiers = isRegistered ? [new(VrNumber.Scheme, $"DE-CR-{s_courts[index % s_courts.Length]}-VR{(900001 + index).ToString(CultureInfo.InvariantCulture)}")] : [],
            Area = area.Key,
            Address = new(street, (1 + random.Below(90)).ToString(CultureInfo.InvariantCulture), area.PostalCodes.Count > 0 ? area.PostalCodes[0] : null, place == area.Name ? place : $"{area.Name}-{place}"),
            Location = location,
            Categories = [new("wir", activity.Category)],
            Languages = LanguagesOf(random),
            TargetGroups = [.. activity.TargetGroups.Where(_known.Contains)],
            Accessibility = [.. s_accessibility.Where(code => _known.Contains(code) && random.Chance(25))],
            Texts = TextsOf(random, activity, name, place),
            Contacts = ContactsOf(random, slug),
            Links = random.Chance(70) ? [new("website", $"https://{slug}.example.org/")] : [],
            Offers = [.. OffersOf(random, activity, location, place, s_start.AddMinutes(index))],
        };
        return new(id, content);
    }

    /// <summary>Two associations of the same place and kind differ by year or by number, as real ones do.</summary>
    private static string NameOf(SeededRandom random, DemoActivity activity, string place, int year, HashSet<string> names)
    {
        var name = random.Of(activity.Names).Replace("{place}", place, StringComparison.Ordinal).Replace("{year}", year.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        if (names.Add(name)) return name;
        var plain = name;
        for (var number = 2; ; number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{plain} {number}");
            if (names.Add(name)) return name;
        }
    }

    /// <summary>Within some 1.5 km of the municipality's centre.</summary>
    private static Location Near(SeededRandom random, Area area)
    {
        var (angle, distance) = (random.Fraction() * Math.Tau, Math.Sqrt(random.Fraction()) * 0.0135);
        return new(Math.Round(area.Latitude!.Value + (Math.Sin(angle) * distance), 6), Math.Round(area.Longitude!.Value + (Math.Cos(angle) * distance * 1.6), 6));
    }

    private static string[] LanguagesOf(SeededRandom random)
    {
        var languages = new List<string> { "de" };
        while (languages.Count < 5 && random.Chance(35))
        {
            if (random.Of(s_languages) is var language && !languages.Contains(language)) languages.Add(language);
        }

        return [.. languages];
    }

    private static Dictionary<string, LocalizedText> TextsOf(SeededRandom random, DemoActivity activity, string name, string place)
    {
        var texts = new Dictionary<string, LocalizedText>
        {
            ["de"] = new($"{activity.De} in {place}.", $"{name}: {activity.De}. Wir treffen uns in {place}; neue Gesichter sind willkommen. Dieser Eintrag ist zur Vorführung erfunden."),
        };
        if (random.Chance(60)) texts["en"] = new($"{activity.En} in {place}.", $"{name}: {activity.En}. We meet in {place}; new faces are welcome. This entry is made up for demonstration.");
        return texts;
    }

    private static FunctionalContact[] ContactsOf(SeededRandom random, string slug)
    {
        // +49 30 23125 000 to 999 is never given to anybody.
        var phone = string.Create(CultureInfo.InvariantCulture, $"+493023125{random.Below(100):000}");
        var label = new Dictionary<string, string> { ["de"] = "Geschäftsstelle", ["en"] = "Office" };
        var office = new FunctionalContact(label, $"{slug}@example.org", random.Chance(75) ? phone : null, Visibility.Public);
        if (!random.Chance(10)) return [office];
        var line = new Dictionary<string, string> { ["de"] = "Für Behörden", ["en"] = "For authorities" };
        return [office, new(line, $"amt-{slug}@example.org", null, Visibility.Authorities)];
    }

    private IEnumerable<Offer> OffersOf(SeededRandom random, DemoActivity activity, Location home, string place, DateTimeOffset at)
    {
        var count = Math.Min(activity.Offers.Count, random.Of([0, 1, 1, 1, 2, 2, 3]));
        for (var index = 0; index < count; index++)
        {
            var (de, en) = activity.Offers[index];
            var day = random.Of(s_days);
            var start = new LocalDate(2026, 9, day.Day).At(new(9 + random.Below(11), random.Chance(50) ? 0 : 30));
            var monthly = random.Chance(20);
            yield return new Offer
            {
                Id = random.Id(at),
                Name = new Dictionary<string, string> { ["de"] = de, ["en"] = en },
                Schedule =
                [
                    new()
                    {
                        Dtstart = start.ToString("uuuu-MM-dd'T'HH:mm", CultureInfo.InvariantCulture),
                        Tzid = "Europe/Berlin",
                        Rrule = monthly ? $"FREQ=MONTHLY;BYDAY=1{day.Code}" : $"FREQ=WEEKLY;BYDAY={day.Code}",
                        ExceptHolidays = random.Chance(50),
                        DurationMinutes = 60 + (random.Below(5) * 15),
                    },
                ],
                Place = random.Chance(70) ? new() { Lat = home.Lat, Lon = home.Lon, Name = $"Dorfgemeinschaftshaus {place}" } : null,
                Languages = random.Chance(20) ? ["de", random.Of(s_languages)] : [],
                TargetGroups = random.Chance(30) ? [.. activity.TargetGroups.Where(_known.Contains).Take(1)] : [],
            };
        }
    }

    private static string? Initials(string name)
    {
        var initials = string.Concat(name.Split(' ', '-').Where(word => word.Length > 0 && char.IsUpper(word[0])).Select(word => word[0]));
        return initials.Length is >= 2 and <= 5 ? initials : null;
    }

    private static string Slug(string name)
    {
        var plain = name.ToLowerInvariant().Replace("ä", "ae", StringComparison.Ordinal).Replace("ö", "oe", StringComparison.Ordinal)
            .Replace("ü", "ue", StringComparison.Ordinal).Replace("ß", "ss", StringComparison.Ordinal);
        var parts = plain.Split([.. plain.Where(character => !char.IsAsciiLetterOrDigit(character)).Distinct()], StringSplitOptions.RemoveEmptyEntries);
        var slug = string.Join('-', parts);
        return slug.Length > 60 ? slug[..60].TrimEnd('-') : slug;
    }
}
