using System.Globalization;
using System.Text.Json;
using Wir.Areas;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Data.Configurations;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Html;

namespace Wir.WelcomePackage.Seed;

/// <summary>A page of the start content with all its texts.</summary>
public sealed record SeedPage(
    string Key, string? Parent, int Order, string Area, string? Field, string Source, DateOnly CheckedAt,
    IReadOnlyDictionary<string, SeedText> Texts, IReadOnlyList<SeedOverlay> Overlays);

public sealed record SeedText(PageText Text, string? Quality);

public sealed record SeedOverlay(string Area, string Lang, PageText Text);

public sealed record SeedShared(string Key, string Kind, string Area, SharedContent Content);

/// <summary>The start content as files, checked as a whole: a fault names its file.</summary>
public sealed record SeedFiles(IReadOnlyList<LanguageRow> Languages, IReadOnlyList<SeedShared> Shared, IReadOnlyList<SeedPage> Pages)
{
    public const string SourceLanguage = "de";
    private static readonly string[] s_pageMembers = ["title", "slug", "summary", "state", "source", "sourceUrl", "checkedAt"];
    private static readonly string[] s_overlayMembers = ["position", "block", "state"];

    public static SeedFiles Read(string root, AreaRegister areas)
    {
        var folder = Path.Combine(root, "pages");
        var pages = Directory.EnumerateFiles(folder, "page.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => Page(file, areas)).ToArray();
        var keys = pages.Select(page => page.Key).ToHashSet();
        foreach (var page in pages.Where(page => page.Parent is { } parent && !keys.Contains(parent))) throw new InvalidDataException($"{page.Key}: there is no page {page.Parent}.");
        SeedShared[] shared = [.. Facts(Path.Combine(folder, "_facts", "facts.json")), .. Blocks(Path.Combine(folder, "_blocks"))];
        var items = shared.Select(item => item.Key).ToHashSet();
        foreach (var (page, text) in pages.SelectMany(page => page.Texts.Values.Select(text => (page, text.Text))))
        {
            if (Live.Renderer.KeysIn(text.Body).FirstOrDefault(key => !items.Contains(key)) is { } unknown) throw new InvalidDataException($"{page.Key}: there is no shared item {unknown}.");
            if (Live.Renderer.PagesIn(text.Body).Any(id => pages.All(one => WelcomeSeed.IdOf(one.Key) != id))) throw new InvalidDataException($"{page.Key}: a link leads to a page that is not there.");
        }

        return new SeedFiles(ReadLanguages(Path.Combine(root, "languages.csv")), shared, pages);
    }

    private static List<LanguageRow> ReadLanguages(string path)
    {
        // ti;ትግርኛ;Ethi;ltr;en de
        var rows = new List<LanguageRow>();
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#').Skip(1))
        {
            var cells = line.Split(';');
            if (cells.Length != 5 || !Wir.ServiceDefaults.Texts.Languages.TryParse(cells[0], out var known) || known.Tag != cells[0] || known.Direction != cells[3])
            {
                throw new InvalidDataException($"{path}: cannot be read: {line}");
            }

            rows.Add(new LanguageRow
            {
                Tag = cells[0], SortOrder = rows.Count + 1, NativeName = cells[1], Script = cells[2], Direction = cells[3],
                Fallback = cells[4].Split(' ', StringSplitOptions.RemoveEmptyEntries),
            });
        }

        return rows;
    }

    private static SeedPage Page(string path, AreaRegister areas)
    {
        var folder = Path.GetDirectoryName(path)!;
        var head = Json<PageHead>(path);
        if (areas.Find(head.Area) is null) throw new InvalidDataException($"{path}: {head.Area} is no area.");
        var files = Directory.EnumerateFiles(folder, "*.md").Order(StringComparer.Ordinal).Select(SeedFile.Read).ToArray();
        foreach (var file in files) file.Allow(s_pageMembers);
        var source = files.FirstOrDefault(file => file.Lang == SourceLanguage) ?? throw new InvalidDataException($"{path}: the German text is missing.");
        var overlays = Path.Combine(folder, "overlays");
        return new SeedPage(
            head.Key, head.Parent, head.Order, head.Area, head.Field,
            source["sourceUrl"] is { } address ? $"{source.Required("source")}, {address}" : source.Required("source"),
            DateOnly.ParseExact(source.Required("checkedAt"), "yyyy-MM-dd", CultureInfo.InvariantCulture),
            files.ToDictionary(file => file.Lang, file => new SeedText(TextOf(file), StateOf(file))),
            Directory.Exists(overlays) ? [.. Directory.EnumerateFiles(overlays, "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => Overlay(SeedFile.Read(file), areas))] : []);
    }

    private static PageText TextOf(SeedFile file) => new()
    {
        Title = file.Required("title"),
        Slug = Slugs.Of(file["slug"] ?? file.Required("title"), file.Lang),
        Summary = file["summary"],
        Body = Html.Blocks.WithIds(file.Html()),
    };

    /// <summary>Nothing in the start content is approved: a translation says what it is.</summary>
    private static string? StateOf(SeedFile file) => (file.Lang == SourceLanguage, file["state"]) switch
    {
        (true, TranslationState.UpToDate or null) => null,
        (false, TranslationState.MachineTranslated or TranslationState.NeedsReview) => file["state"],
        _ => throw new InvalidDataException($"{file.Path}: a translation is {TranslationState.MachineTranslated} or {TranslationState.NeedsReview}."),
    };

    private static SeedOverlay Overlay(SeedFile file, AreaRegister areas)
    {
        file.Allow(s_overlayMembers);
        var area = Path.GetFileName(Path.GetDirectoryName(file.Path)!);
        if (areas.Find(area) is null) throw new InvalidDataException($"{file.Path}: {area} is no area.");
        if (!Enum.TryParse<OverlayPosition>(file["position"] ?? "after", ignoreCase: true, out var position)) throw new InvalidDataException($"{file.Path}: position is before, after or instead.");
        return new SeedOverlay(area, file.Lang, new PageText { Title = "", Slug = "", Body = "", Parts = [new OverlayPart(position, file["block"], file.Html())] });
    }

    private static IEnumerable<SeedShared> Blocks(string folder) => Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).Select(block => new SeedShared(
        Path.GetFileName(block), "block", "06",
        new SharedContent(new Dictionary<string, string>(), Directory.EnumerateFiles(block, "*.md").Select(SeedFile.Read).ToDictionary(file => file.Lang, file => file.Html()), [])));

    private static IEnumerable<SeedShared> Facts(string path)
    {
        foreach (var fact in Json<FactFile[]>(path))
        {
            // What held before is told by the day on which it ended, so each begins on the day after the one before.
            var past = (fact.History ?? []).Where(entry => entry.Until is not null).OrderBy(entry => entry.Until).ToArray();
            var values = past.Select((entry, index) => new FactValue(
                index == 0 ? null : past[index - 1].Until!.Value.AddDays(1), new Dictionary<string, string> { [SourceLanguage] = entry.Value }, fact.Source, fact.SourceUrl));
            yield return new SeedShared(fact.Key, "fact", Area.GermanyKey, new SharedContent(
                fact.Label, new Dictionary<string, string>(), [.. values, new FactValue(fact.AsOf, fact.Value, fact.Source, fact.SourceUrl)]));
        }
    }

    private static T Json<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), JsonColumn.Options)!;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
    }

    private sealed record PageHead(string Key, string? Parent, int Order, string Area, string? Field);

    private sealed record FactFile(
        string Key, Dictionary<string, string> Label, Dictionary<string, string> Value, DateOnly AsOf, string? Source, string? SourceUrl, IReadOnlyList<PastValue>? History);

    private sealed record PastValue(string Value, DateOnly? Until);
}
