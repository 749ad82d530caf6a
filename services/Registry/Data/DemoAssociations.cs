using System.Globalization;
using System.Text;
using NodaTime;
using Wir.Areas;
using Wir.Registry.Domain;
using Wir.Registry.Features.Associations;

namespace Wir.Registry.Data;

/// <summary>Makes up associations: the same ones each time, in real municipalities, with addresses that cannot reach anybody.</summary>
internal sealed class DemoAssociations(AreaRegister areas, LocalDate today)
{
    private static readonly (string Name, string Category, string Purpose, string PurposeEn)[] s_types =
    [
        ("Sportverein {0} {1}", "sport", "Sport für alle Altersgruppen", "Sport for all ages"),
        ("Turn- und Sportverein {0} {1}", "sport.gymnastics", "Turnen, Gymnastik und Spiele", "Gymnastics and games"),
        ("Fußballverein {0} {1}", "sport.football", "Fußball für Kinder, Jugendliche und Erwachsene", "Football for children, young people and adults"),
        ("Gesangverein Liederkranz {0} {1}", "culture.choir", "Gemeinsames Singen", "Singing together"),
        ("Freiwillige Feuerwehr {0}", "aid.fire", "Brandschutz und Hilfeleistung", "Fire protection and aid"),
        ("Sprachcafé {0}", "language.cafe", "Deutsch üben bei Kaffee und Tee", "Practising German over coffee and tea"),
        ("Freundeskreis Asyl {0}", "aid.refugees", "Begleitung geflüchteter Menschen im Alltag", "Company for refugees in everyday life"),
        ("Interkultureller Treff {0}", "participation.migrants", "Begegnung zwischen Alteingesessenen und Zugewanderten", "Old and new neighbours meet"),
        ("Landfrauenverein {0}", "family.women", "Bildung und Gemeinschaft auf dem Land", "Education and company in the country"),
        ("Heimat- und Geschichtsverein {0}", "culture.heritage", "Geschichte des Ortes bewahren", "Keeping the history of the place"),
        ("Förderverein Grundschule {0}", "education.school", "Unterstützung der Grundschule", "Supporting the primary school"),
        ("Kleingartenverein {0} {1}", "leisure.garden", "Gärtnern und Erholung", "Gardening and recreation"),
        ("Schützenverein {0} {1}", "sport.shooting", "Schießsport und Brauchtum", "Shooting and tradition"),
        ("Tafel {0}", "aid.food", "Lebensmittel für Menschen mit wenig Geld", "Food for people with little money"),
        ("Jugendtreff {0}", "family.youth", "Offene Angebote für Jugendliche", "Open house for young people"),
        ("Musikzug {0} {1}", "culture.music", "Blasmusik und Ausbildung", "Brass music and training"),
    ];

    private static readonly string[] s_streets = ["Bahnhofstraße", "Hauptstraße", "Kirchplatz", "Am Sportplatz", "Schulstraße", "Marktplatz", "Lindenweg", "Mühlenweg"];
    private static readonly string[] s_languages = ["en", "ar", "uk", "ru", "tr", "fa", "ti", "pl", "ro"];

    public IEnumerable<AssociationInput> Generate(int count)
    {
        // Not for secrets: the seed makes the demo data the same everywhere.
#pragma warning disable CA5394
        var random = new Random(6635);
        var municipalities = areas.Municipalities("06635", today);
        for (var i = 0; i < count; i++)
        {
            var area = municipalities[i < municipalities.Count ? i : random.Next(municipalities.Count)];
            var (pattern, category, purpose, english) = s_types[(i * 7 + i / municipalities.Count) % s_types.Length];
            var name = string.Format(CultureInfo.InvariantCulture, pattern, area.Name, 1860 + random.Next(160));
            var registered = !pattern.StartsWith("Sprachcafé", StringComparison.Ordinal) && !pattern.StartsWith("Jugendtreff", StringComparison.Ordinal);
            var slug = Slug(name);
            yield return new AssociationInput
            {
                Kind = registered ? "registered-association" : "initiative",
                Name = registered ? name + " e.V." : name,
                Identifiers = registered ? [new(VrNumber.Scheme, $"DE-CR-RA000282-VR{90000 + i}")] : [],
                Area = area.Key,
                Address = new(s_streets[random.Next(s_streets.Length)], (1 + random.Next(60)).ToString(CultureInfo.InvariantCulture), area.PostalCodes.Count > 0 ? area.PostalCodes[0] : null, area.Name),
                Location = new(Math.Round(area.Latitude!.Value + ((random.NextDouble() - 0.5) / 50), 6), Math.Round(area.Longitude!.Value + ((random.NextDouble() - 0.5) / 30), 6)),
                Categories = [new("wir", category)],
                Languages = ["de", .. s_languages.Where(_ => random.Next(6) == 0)],
                TargetGroups = random.Next(3) == 0 ? ["newcomers", "everyone"] : ["everyone"],
                Texts = new Dictionary<string, LocalizedText>
                {
                    ["de"] = new($"{purpose} in {area.Name}. (Beispieleintrag)"),
                    ["en"] = new($"{english} in {area.Name}. (Sample entry)"),
                },
                Contacts = [new() { Type = ContactInput.Functional, Label = new Dictionary<string, string> { ["de"] = "Geschäftsstelle", ["en"] = "Office" }, Email = $"info@{slug}.example", Phone = $"+49 5631 5550{random.Next(100):00}" }],
                Links = [new("website", $"https://{slug}.example/")],
                Offers = [OfferOf(i, random)],
            };
        }
#pragma warning restore CA5394
    }

    private Offer OfferOf(int i, Random random)
    {
#pragma warning disable CA5394
        var day = 1 + random.Next(5);
        var start = today.PlusDays(-today.Day).With(DateAdjusters.NextOrSame((IsoDayOfWeek)day));
        return new Offer
        {
            Name = new Dictionary<string, string> { ["de"] = "Offenes Treffen", ["en"] = "Open meeting" },
            Schedule = [new() { Dtstart = $"{start:uuuu'-'MM'-'dd}T{17 + (i % 3):00}:00", Tzid = "Europe/Berlin", Rrule = $"FREQ=WEEKLY;BYDAY={"MO TU WE TH FR".Split(' ')[day - 1]}", DurationMinutes = 90, ExceptHolidays = true }],
        };
#pragma warning restore CA5394
    }

    private static string Slug(string name)
    {
        var plain = name.ToLowerInvariant().Replace("ä", "ae", StringComparison.Ordinal).Replace("ö", "oe", StringComparison.Ordinal).Replace("ü", "ue", StringComparison.Ordinal).Replace("ß", "ss", StringComparison.Ordinal);
        var slug = new StringBuilder();
        foreach (var character in plain.Normalize(NormalizationForm.FormD))
        {
            if (char.IsAsciiLetterOrDigit(character)) slug.Append(character);
            else if (character is ' ' or '-' && slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }

        return slug.ToString().Trim('-') is { Length: > 50 } long_ ? long_[..50].Trim('-') : slug.ToString().Trim('-');
    }
}
