using System.Globalization;
using Wir.Areas;
using Wir.Registry.Codes;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.ServiceDefaults.Texts;

namespace Wir.Registry.Features.Associations;

/// <summary>What was handed in, checked and in the register's own form.</summary>
/// <param name="Content">Without persons.</param>
/// <param name="Persons">The persons, apart.</param>
public sealed record Accepted(AssociationContent Content, IReadOnlyList<PersonContact> Persons);

/// <summary>
/// The rules on an entry that its shape cannot say. All faults are named together; what passes is normalised: area keys of today,
/// canonical identifiers and languages, cleaned names.
/// </summary>
public sealed class AssociationIntake(AreaRegister areas, CodeLists codes, TimeProvider time)
{
    /// <param name="input">What was handed in.</param>
    /// <param name="before">The entry that it changes; null for a new one. Ids of persons and offers count only where it has them already.</param>
    public Outcome<Accepted> Read(AssociationInput input, Association? before = null)
    {
        var check = new IntakeCheck(codes, before);
        var area = AreaOf(input.Area, check);
        var content = new AssociationContent
        {
            Kind = check.Code(codes.Kinds, input.Kind, "/kind"),
            Name = check.Name(input.Name, "/name"),
            AlternateNames = IntakeCheck.Each(input.AlternateNames, "/alternateNames", check.Name),
            Identifiers = IntakeCheck.Each(input.Identifiers, "/identifiers", check.Identifier),
            Area = area,
            Address = input.Address is { } address ? check.Address(address, "/address") : null,
            Location = input.Location is { } location ? check.Place(location, "/location") : null,
            Categories = IntakeCheck.Each(input.Categories, "/categories", check.Category),
            Languages = IntakeCheck.Each(input.Languages, "/languages", check.Language),
            TargetGroups = IntakeCheck.Each(input.TargetGroups, "/targetGroups", (code, at) => check.Code(codes.TargetGroups, code, at)),
            Accessibility = IntakeCheck.Each(input.Accessibility, "/accessibility", (code, at) => check.Code(codes.Accessibility, code, at)),
            Texts = check.Texts(input.Texts, "/texts"),
            Contacts = [.. input.Contacts.Index().Where(pair => pair.Item.Type == ContactInput.Functional).Select(pair => check.Functional(pair.Item, $"/contacts/{pair.Index}"))],
            Links = IntakeCheck.Each(input.Links, "/links", check.Link),
            Offers = IntakeCheck.Each(input.Offers, "/offers", check.Offer),
        };
        var persons = input.Contacts.Index().Where(pair => pair.Item.Type == ContactInput.Person)
            .Select(pair => check.Person(pair.Item, pair.Index, $"/contacts/{pair.Index}")).ToArray();
        if (check.Faults.Count == 0) return new Accepted(content, persons);
        var detail = check.Faults.Count == 1 ? check.Faults[0].Detail : new Text($"{check.Faults.Count} Angaben sind falsch.", $"{check.Faults.Count} values are wrong.");
        return CommonProblems.InvalidValues.With(detail, check.Faults);
    }

    private string AreaOf(string key, IntakeCheck check)
    {
        if (!areas.ParseAt(key, time.Today(), "/area").TryGet(out var area, out var problem))
        {
            check.Add(problem.Faults[0]);
            return key;
        }

        if (area.Level is not (AreaLevel.Municipality or AreaLevel.District))
        {
            check.Add("/area", new("Erwartet wird eine Gemeinde oder der Landkreis.", "A municipality or the district is expected."));
        }

        return area.Key;
    }
}

/// <summary>Checks the parts of an entry one by one and collects what is wrong.</summary>
internal sealed class IntakeCheck(CodeLists codes, Association? before)
{
    private const int MaxFaults = 100;
    private readonly List<Fault> _faults = [];
    private readonly HashSet<Guid> _persons = [.. before?.Persons.Select(person => person.Id) ?? []];
    private readonly HashSet<Guid> _offers = [.. before?.OfferIds ?? []];
    private readonly DayBudget _counted = new(ScheduleRules.MostCountedDays);
    private readonly HashSet<string> _held = [.. before is null ? [] : (string[])[before.Kind, .. before.Content.Categories.Select(category => category.Code), .. before.TargetGroups, .. before.Content.Accessibility]];
    private int _schedules;

    public IReadOnlyList<Fault> Faults => _faults;

    public void Add(Fault fault)
    {
        if (_faults.Count < MaxFaults) _faults.Add(fault);
    }

    public void Add(string pointer, Text detail) => Add(new Fault(pointer, CommonProblems.Faults.InvalidValue, detail));

    /// <summary>Each value once; the same value twice is the same value.</summary>
    public static IReadOnlyList<T> Each<T>(IReadOnlyList<T> values, string pointer, Func<T, string, T> check) =>
        [.. values.Select((value, index) => check(value, $"{pointer}/{index}")).Distinct()];

    public string Code(CodeList list, string code, string pointer)
    {
        if (list.Find(code) is not { } known)
        {
            var hint = Nearest.Hint(code, [.. list.Entries.Select(entry => entry.Code)]);
            Add(pointer, new($"Der Code „{Shown(code)}“ ist unbekannt.{hint.De}", $"The code “{Shown(code)}” is not known.{hint.En}"));
        }
        else if (!known.IsCurrent && !_held.Contains(code))
        {
            Add(pointer, new($"Der Code „{code}“ wird nicht mehr neu vergeben.", $"The code “{code}” is no longer newly given."));
        }

        return code;
    }

    public CategoryCode Category(CategoryCode category, string pointer)
    {
        // Schemes that are not known here belong to other systems; their codes are kept as they come.
        if (codes.Schemes.Find(category.Scheme) is { } list) Code(list, category.Code, pointer + "/code");
        else if (!CategorySchemes.IsForeign(category.Scheme, category.Code)) Add(pointer, new("Schema und Code bestehen aus Buchstaben, Ziffern und . _ / -.", "Scheme and code consist of letters, digits and . _ / -."));
        return category;
    }

    public string Language(string tag, string pointer)
    {
        if (Languages.TryParse(tag, out var language)) return language.Tag;
        Add(pointer, new($"Die Sprache „{Shown(tag)}“ ist unbekannt.", $"The language “{Shown(tag)}” is not known."));
        return tag;
    }

    /// <summary>A line of text with the spaces that belong there.</summary>
    public string Name(string text, string pointer)
    {
        var clean = CleanText.Line(text);
        if (clean.Length is < 2 or > 200) Add(pointer, new("Erlaubt sind 2 bis 200 Zeichen.", "Allowed are 2 to 200 characters."));
        if (CleanText.FaultIn(clean) is { } fault) Add(pointer, fault);
        return clean;
    }

    /// <summary>A text of any number of lines, as it is kept.</summary>
    public string Plain(string text, string pointer)
    {
        if (CleanText.FaultIn(text, allowsLines: true) is { } fault) Add(pointer, fault);
        return CleanText.Composed(text);
    }

    public Identifier Identifier(Identifier identifier, string pointer)
    {
        var scheme = Plain(identifier.Scheme, pointer + "/scheme");
        var value = Plain(identifier.Value, pointer + "/value");
        if (!VrNumber.IsScheme(identifier.Scheme)) return new(scheme.Trim(), value.Trim());
        if (VrNumber.TryParse(identifier.Value, codes.Courts, null, out var canonical)) return new(VrNumber.Scheme, canonical);
        Add(pointer + "/value", new(
            "Erwartet wird eine Nummer mit Registergericht, zum Beispiel „VR 1234 Korbach“.", "Expected is a number with its court, for example “VR 1234 Korbach”."));
        return identifier;
    }

    public Address Address(Address address, string pointer)
    {
        foreach (var (name, value) in new[] { ("street", address.Street), ("houseNumber", address.HouseNumber), ("place", address.Place) })
        {
            if (value is not null && CleanText.FaultIn(value) is { } fault) Add($"{pointer}/{name}", fault);
        }

        return Composed(address);
    }

    private static Address Composed(Address address) => address with
    {
        Street = Composed(address.Street), HouseNumber = Composed(address.HouseNumber), Place = Composed(address.Place),
    };

    private static OfferPlace Composed(OfferPlace place) => place with
    {
        Name = Composed(place.Name), Address = place.Address is { } address ? Composed(address) : null,
    };

    private static string? Composed(string? text) => text is null ? null : CleanText.Composed(text);

    public Location Place(Location location, string pointer)
    {
        if (!IsInGermany(location.Lat, location.Lon))
        {
            Add(pointer, IsInGermany(location.Lon, location.Lat)
                ? new("Länge und Breite sind vertauscht.", "Latitude and longitude are swapped.")
                : new("Der Punkt liegt nicht in Deutschland.", "The point is not in Germany."));
        }

        return location;
    }

    public IReadOnlyDictionary<string, LocalizedText> Texts(IReadOnlyDictionary<string, LocalizedText> texts, string pointer)
    {
        var clean = new Dictionary<string, LocalizedText>();
        foreach (var (tag, text) in texts)
        {
            var at = $"{pointer}/{tag}";
            var composed = text with
            {
                Summary = text.Summary is { } summary ? Plain(summary, at + "/summary") : null,
                Description = text.Description is { } description ? Plain(description, at + "/description") : null,
            };
            if (!clean.TryAdd(Language(tag, at), composed))
            {
                Add(at, new("Diese Sprache steht mehrfach da.", "This language is given more than once."));
            }
        }

        return clean;
    }

    public IReadOnlyDictionary<string, string> Labels(IReadOnlyDictionary<string, string> labels, string pointer)
    {
        var clean = new Dictionary<string, string>();
        foreach (var (tag, text) in labels)
        {
            if (text.Length > 200) Add($"{pointer}/{tag}", new("Höchstens 200 Zeichen sind erlaubt.", "At most 200 characters are allowed."));
            var composed = Plain(text, $"{pointer}/{tag}");
            clean[Language(tag, $"{pointer}/{tag}")] = composed;
        }

        return clean;
    }

    public FunctionalContact Functional(ContactInput contact, string pointer)
    {
        if (contact.Name is not null) Add(pointer + "/name", new("Namen stehen nur an Kontakten vom Typ person.", "Only contacts of type person have names."));
        if (contact is { Email: null, Phone: null }) Add(pointer, new("E-Mail oder Telefon ist nötig.", "E-mail or phone is needed."));
        return new(Labels(contact.Label ?? new Dictionary<string, string>(), pointer + "/label"), contact.Email, contact.Phone, contact.Visibility ?? Visibility.Public);
    }

    public PersonContact Person(ContactInput contact, int ordinal, string pointer)
    {
        if (string.IsNullOrWhiteSpace(contact.Name)) Add(pointer + "/name", new("Der Name fehlt.", "The name is missing."));
        else if (CleanText.FaultIn(contact.Name) is { } fault) Add(pointer + "/name", fault);
        var role = contact.Role is { } named ? Plain(named, pointer + "/role") : null;
        if (contact.LegalBasis is null) Add(pointer + "/legalBasis", new("Für Personen ist die Rechtsgrundlage nötig.", "Persons need a legal basis."));
        if (contact.Until is { Year: < 1900 }) Add(pointer + "/until", new("Das Jahr liegt vor 1900.", "The year is before 1900."));
        return new PersonContact
        {
            Id = Taken(contact.Id, _persons),
            Ordinal = ordinal,
            Name = CleanText.Line(contact.Name ?? ""),
            Role = role,
            Email = contact.Email,
            Phone = contact.Phone,
            Visibility = contact.Visibility ?? Visibility.Internal,
            LegalBasis = contact.LegalBasis ?? "",
            Until = contact.Until,
        };
    }

    public Link Link(Link link, string pointer)
    {
        CheckAddress(link.Href, pointer + "/href");
        return link;
    }

    /// <summary>A host that has no form for name servers leads nowhere.</summary>
    private static bool HasHost(Uri address)
    {
        try
        {
            return address.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    private void CheckAddress(string text, string pointer)
    {
        var isWeb = Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp) && HasHost(address);
        if (WebAddress.HoldsUser(text)) Add(pointer, WebAddress.HoldsUserText);
        else if (!isWeb || CleanText.FaultIn(text) is not null) Add(pointer,
            new("Das ist keine Internetadresse (http, https).", "This is not a web address (http, https)."));
    }

    public Offer Offer(Offer offer, string pointer)
    {
        if (offer.Name.Count == 0) Add(pointer + "/name", new("Der Name fehlt.", "The name is missing."));
        if (offer.Url is { } url) CheckAddress(url, pointer + "/url");
        if (offer.Place is { Lat: { } lat, Lon: { } lon }) Place(new(lat, lon), pointer + "/place");
        _schedules += offer.Schedule.Count;
        if (_schedules > ScheduleRules.MostOfEntry)
        {
            Add(pointer + "/schedule", new($"Höchstens {ScheduleRules.MostOfEntry} Termine hat ein Eintrag.", $"An entry has at most {ScheduleRules.MostOfEntry} schedules."));
        }

        foreach (var (index, schedule) in offer.Schedule.Index())
        {
            foreach (var fault in ScheduleRules.Faults(schedule, _counted)) Add($"{pointer}/schedule/{index}{fault.Pointer}", fault.Detail);
        }

        return offer with
        {
            Id = Taken(offer.Id, _offers),
            Name = Labels(offer.Name, pointer + "/name"),
            Place = offer.Place is { } place ? Composed(place) : null,
            Description = offer.Description.ToDictionary(text => Language(text.Key, $"{pointer}/description/{text.Key}"), text => Plain(text.Value, $"{pointer}/description/{text.Key}")),
            Languages = Each(offer.Languages, pointer + "/languages", Language),
            TargetGroups = Each(offer.TargetGroups, pointer + "/targetGroups", (code, at) => Code(codes.TargetGroups, code, at)),
            Accessibility = Each(offer.Accessibility, pointer + "/accessibility", (code, at) => Code(codes.Accessibility, code, at)),
        };
    }

    /// <summary>
    /// An id names what the entry has already, once. Any other is replaced: nobody's offer or person can be claimed by naming its id.
    /// </summary>
    private static Guid Taken(Guid? id, HashSet<Guid> known) => id is { } named && known.Remove(named) ? named : Guid.CreateVersion7();

    private static bool IsInGermany(double lat, double lon) => lat is >= 47.2 and <= 55.1 && lon is >= 5.8 and <= 15.1;

    private static string Shown(string text) => text.Length > 60 ? text[..60].ToString(CultureInfo.InvariantCulture) + "…" : text;
}
