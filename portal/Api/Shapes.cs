using System.Web;

namespace Wir.Portal.Api;

/// <summary>A list as all our APIs answer it. Only what the portal shows is declared, here and below.</summary>
public sealed record Listing<T>(IReadOnlyList<T> Data, Links? Links, ListMeta? Meta);

public sealed record Links(string? Next)
{
    /// <summary>The cursor within the link to the next part; null at the end.</summary>
    public string? CursorOfNext => Next is null ? null : HttpUtility.ParseQueryString(new Uri(new Uri("http://gateway"), Next).Query)["cursor"];
}

public sealed record ListMeta(int? Count);

public sealed record AreaView(string Key, string Name, string? OfficialName, string? ParentKey);

/// <summary>Pages of an area in a language, by the state of their texts.</summary>
public sealed record CoverageRow(string Lang, IReadOnlyDictionary<string, int> States)
{
    /// <summary>True when a page can be read in the language itself.</summary>
    public bool HasContent => States.Any(state => state.Key is "approved" or "machine-translated" or "needs-review" or "outdated" && state.Value > 0);
}

/// <summary>A page without its body, as the tree names it.</summary>
public sealed record PageEntry(Guid Id, Guid? ParentId, int Order, string Area, string Title, string? Summary, ServedLanguage Language);

public sealed record PageView(
    Guid Id,
    Guid? ParentId,
    string Area,
    string Status,
    string Title,
    string? Summary,
    ServedLanguage Language,
    IReadOnlyList<BlockView> Blocks,
    IReadOnlyList<FactView>? Facts,
    IReadOnlyList<TranslationView>? Translations,
    string? Source,
    DateOnly? CheckedAt)
{
    /// <summary>State of the translation that was served; null when unknown.</summary>
    public string? ServedState => Translations?.FirstOrDefault(one => one.Lang == Language.Served)?.State;
}

public sealed record ServedLanguage(string Requested, string Served, bool IsFallback, string Dir);

/// <summary>Sanitised HTML of one level (district, municipality) in the language it exists in.</summary>
public sealed record BlockView(string Origin, string Language, string Dir, string Body);

public sealed record FactView(string Key, string? Label, string Value, DateOnly? AsOf, string? Source);

public sealed record TranslationView(string Lang, string State);

public sealed record AssociationView(
    Guid Id,
    string Number,
    bool Demo,
    string Name,
    AddressView? Address,
    IReadOnlyList<string>? Languages,
    IReadOnlyDictionary<string, AssociationText>? Texts,
    IReadOnlyList<ContactView>? Contacts,
    IReadOnlyList<LinkView>? Links)
{
    /// <summary>The text in the reader's language, else in English, German or whatever there is, with its language.</summary>
    public (string Language, string Summary)? TextFor(string language) =>
        (Texts ?? new Dictionary<string, AssociationText>())
            .Where(text => !string.IsNullOrWhiteSpace(text.Value.Summary))
            .OrderBy(text => text.Key == language ? 0 : text.Key == "en" ? 1 : text.Key == "de" ? 2 : 3)
            .Select(text => ((string, string)?)(text.Key, text.Value.Summary!))
            .FirstOrDefault();

    /// <summary>Only web addresses become links: what a stranger typed in must not run in the reader's browser.</summary>
    public string? Website => Links?.FirstOrDefault(link => link.Rel == "website"
        && Uri.TryCreate(link.Href, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp))?.Href;
}

public sealed record AddressView(string? Street, string? HouseNumber, string? PostalCode, string? Place)
{
    public override string ToString() => string.Join(", ", new[] { $"{Street} {HouseNumber}".Trim(), $"{PostalCode} {Place}".Trim() }.Where(part => part.Length > 0));
}

public sealed record AssociationText(string? Summary);

public sealed record ContactView(string Type, string? Email, string? Phone);

public sealed record LinkView(string Rel, string Href);

/// <summary>What the monitor counts for everybody.</summary>
public sealed record OverviewRow(string Area, string Name, int PublishedAssociations, bool Demo);

/// <summary>An issued package, as its holder sees it.</summary>
public sealed record PackageView(
    string Code,
    string Area,
    string Language,
    DateTimeOffset ExpiresAt,
    string? Booklet);

/// <summary>An entry that somebody handed in.</summary>
public sealed record SubmissionReceipt(Guid Id, string State);
