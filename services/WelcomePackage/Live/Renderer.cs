using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Languages;
using Wir.WelcomePackage.Features.Media;
using Wir.WelcomePackage.Html;

namespace Wir.WelcomePackage.Live;

/// <summary>A text with everything put in.</summary>
public sealed record Rendered(IReadOnlyList<TextBlock> Blocks, IReadOnlyList<OverlayPart> Parts, IReadOnlyList<FactView> Facts, IReadOnlySet<string> Uses);

/// <summary>
/// Puts shared items and addresses into a text: <c>{{fact:key}}</c> within a sentence, <c>{{block:key}}</c> and <c>{{contact:key}}</c> as a
/// paragraph of their own, and <c>page:id</c> as a link's target; pictures get what is known about them. It works on what <see cref="HtmlText"/> wrote, where such marks are text and nothing else.
/// </summary>
public sealed partial class Renderer(WelcomeDb db, LanguageTable languages, TimeProvider time)
{
    private Dictionary<string, SharedItem>? _items;

    public async Task<Rendered> RenderAsync(PageText text, string lang, bool isOverlay, CancellationToken ct)
    {
        _items ??= await db.Set<SharedItem>().AsNoTracking().ToDictionaryAsync(item => item.Key, ct);
        var language = LanguageTable.Known(lang);
        var round = new Round(_items, (await languages.OfAsync(language, ct)).Chain, DateOf(time));
        TextBlock[] blocks = isOverlay ? [] : [.. Blocks.Of(text.Body).Select(block => block with { Body = round.Expand(block.Body, 0) })];
        OverlayPart[] parts = [.. text.Parts.Select(part => part with { Body = round.Expand(part.Body, 0) })];
        // Shared blocks bring pictures of their own, so these are looked for in what has been put together.
        var shown = blocks.Select(block => block.Body).Concat(parts.Select(part => part.Body)).SelectMany(MediaCheck.IdsIn).Distinct().ToArray();
        if (shown.Length > 0)
        {
            var media = await db.Media.AsNoTracking().Where(medium => shown.Contains(medium.Id)).ToDictionaryAsync(medium => medium.Id, ct);
            blocks = [.. blocks.Select(block => block with { Body = Described(block.Body, media, lang) })];
            parts = [.. parts.Select(part => part with { Body = Described(part.Body, media, lang) })];
        }

        return new Rendered(blocks, parts, [.. round.Facts.Values], round.Uses.Concat(shown.Select(UseOf)).ToHashSet());
    }

    /// <summary>Under what name a text's use of a picture is known; no shared item can have it.</summary>
    public static string UseOf(Guid medium) => $"medium:{medium}";

    /// <summary>Items changed within this transaction are read anew.</summary>
    public void Forget() => _items = null;

    /// <summary>The keys that a text names.</summary>
    public static IEnumerable<string> KeysIn(string html) => Mark().Matches(html).Select(match => match.Groups["key"].Value).Distinct();

    /// <summary>The pages that a text links to.</summary>
    public static IEnumerable<Guid> PagesIn(string html) => PageLink().Matches(html).Select(match => Guid.Parse(match.Groups["id"].Value)).Distinct();

    /// <summary>Marks that stand where nothing would be put in, or that no kind of item has.</summary>
    public static IEnumerable<string> MisplacedIn(string html) =>
        AnyMark().Matches(FactMark().Replace(BlockMark().Replace(html, ""), "")).Select(match => match.Value);

    /// <summary>Kind and key of what a text names.</summary>
    public static IEnumerable<(string Kind, string Key)> ItemsIn(string html) =>
        Mark().Matches(html).Select(match => (match.Groups["kind"].Value, match.Groups["key"].Value)).Distinct();

    /// <summary>A picture without a text of its own gets the one from the media; each is followed by who made it and under what terms it is shown.</summary>
    private static string Described(string html, Dictionary<Guid, Medium> media, string lang) => Picture().Replace(html, match =>
    {
        var attributes = match.Groups["attributes"].Value;
        if (!media.TryGetValue(MediaCheck.IdsIn(attributes).FirstOrDefault(), out var medium)) return match.Value;
        var own = attributes.Contains("alt=\"", StringComparison.Ordinal) && !attributes.Contains("alt=\"\"", StringComparison.Ordinal);
        if (!own && medium.Alt.TryGetValue(lang, out var alt)) attributes = $"{attributes.Replace(" alt=\"\"", "", StringComparison.Ordinal)} alt=\"{HtmlText.Escape(alt)}\"";
        var credit = new HtmlText().Open("small", ("class", "credit"), ("dir", "ltr"));
        if (medium.Creator is { } creator) credit.Text($"{creator}, ");
        if (medium.Source is { } source && SafeAddress.OfLink(source) is { } address) credit.Open("a", ("href", address)).Text(medium.Licence).Close("a");
        else credit.Text(medium.Source is { } named ? $"{named}, {medium.Licence}" : medium.Licence);
        return $"<img {attributes}>{credit.Close("small")}";
    });

    private static DateOnly DateOf(TimeProvider time)
    {
        var today = time.Today();
        return new DateOnly(today.Year, today.Month, today.Day);
    }

    [GeneratedRegex(@"<p>\s*\{\{(?<kind>block|contact):(?<key>[a-z0-9-]{1,60})\}\}\s*</p>")]
    private static partial Regex BlockMark();

    [GeneratedRegex(@"\{\{fact:(?<key>[a-z0-9-]{1,60})\}\}")]
    private static partial Regex FactMark();

    [GeneratedRegex(@"\{\{(?<kind>fact|block|contact):(?<key>[a-z0-9-]{1,60})\}\}")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\{\{[^{}]{0,80}\}\}")]
    private static partial Regex AnyMark();

    [GeneratedRegex("""href="page:(?<id>[0-9a-f-]{36})""")]
    private static partial Regex PageLink();

    [GeneratedRegex("<img (?<attributes>[^>]*)>")]
    private static partial Regex Picture();

    private sealed class Round(Dictionary<string, SharedItem> items, IReadOnlyList<string> chain, DateOnly today)
    {
        private const int MaxDepth = 8;

        public Dictionary<string, FactView> Facts { get; } = [];

        public HashSet<string> Uses { get; } = [];

        public string Expand(string html, int depth)
        {
            if (html.Contains("{{", StringComparison.Ordinal))
            {
                html = BlockMark().Replace(html, match => depth >= MaxDepth ? ""
                    : match.Groups["kind"].Value == "block" ? Block(match.Groups["key"].Value, depth) : Contact(match.Groups["key"].Value));
                html = FactMark().Replace(html, match => Fact(match.Groups["key"].Value));
            }

            return PageLink().Replace(html, match => $"href=\"/{chain[0]}/pages/{match.Groups["id"].Value}");
        }

        private string Block(string key, int depth)
        {
            Uses.Add(key);
            if (items.GetValueOrDefault(key) is not { Kind: "block" } item || Best(item.Content.Texts) is not { } best) return "";
            var html = Expand(best.Text, depth + 1);
            return best.Lang == chain[0] ? html : new HtmlText().Open("div", ("lang", best.Lang), ("dir", LanguageTable.DirectionOf(best.Lang))).Safe(html).Close("div").ToString();
        }

        private string Contact(string key)
        {
            Uses.Add(key);
            if (items.GetValueOrDefault(key) is not { Kind: "contact", Content.Contact: { } contact } item || Best(item.Content.Labels) is not { } name) return "";
            var html = new HtmlText().Open("p", ("lang", name.Lang), ("dir", LanguageTable.DirectionOf(name.Lang))).Element("strong", name.Text);
            if (contact.Address is { } address) html.Safe("<br>").Open("bdi").Text(address).Close("bdi");
            if (contact.Phone is { } phone) Link(html, $"tel:{new string([.. phone.Where(c => char.IsAsciiDigit(c) || c == '+')])}", phone);
            if (contact.Email is { } email) Link(html, $"mailto:{email}", email);
            if (contact.Website is { } site) Link(html, site, site);
            return html.Close("p").ToString();
        }

        private static void Link(HtmlText html, string address, string shown)
        {
            if (SafeAddress.OfLink(address) is { } safe) html.Safe("<br>").Open("a", ("href", safe)).Open("bdi").Text(shown).Close("bdi").Close("a");
        }

        private string Fact(string key)
        {
            Uses.Add(key);
            if (items.GetValueOrDefault(key) is not { Kind: "fact" } item || item.Content.ValueOn(today) is not { } value || Best(value.Value) is not { } best) return "";
            Facts[key] = new FactView(key, Best(item.Content.Labels)?.Text, best.Text, value.AsOf, value.Source, value.SourceUrl);
            return HtmlText.Escape(best.Text);
        }

        private (string Lang, string Text)? Best(IReadOnlyDictionary<string, string> texts)
        {
            foreach (var lang in chain)
            {
                if (texts.TryGetValue(lang, out var text)) return (lang, text);
            }

            return texts.Count == 0 ? null : (texts.First().Key, texts.First().Value);
        }
    }
}
