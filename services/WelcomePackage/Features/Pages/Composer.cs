using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Languages;
using Wir.WelcomePackage.Html;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Pages;

/// <summary>Who reads: in which language, for which place.</summary>
/// <param name="Language">Language asked for.</param>
/// <param name="Chain">Languages that may be served, best first; the one asked for alone when no other is wanted.</param>
/// <param name="Layers">From the widest area down to the reader's municipality.</param>
public sealed record Reader(OfferedLanguage Language, IReadOnlyList<string> Chain, IReadOnlyList<string> Layers)
{
    public string? Municipality { get; init; }

    /// <summary>False when the reader wants no other language than the one asked for.</summary>
    public bool TakesAny { get; init; } = true;
}

/// <summary>Puts a page together from the layers and languages that there are. Pure.</summary>
internal static class Composer
{
    /// <summary>The page for the reader; null when there is no text in a language that the reader takes.</summary>
    public static PageView? Compose(LiveContent content, Reader reader)
    {
        if (Serve(content, reader) is not { } own) return null;
        var page = content.Page;
        var blocks = BlocksOf(content, own, reader).ToArray();
        return new PageView(
            page.PageId, page.Version, page.ParentId, page.SortOrder, page.Area, page.Status, page.FieldOfAction, ServedOf(own, reader), reader.Municipality,
            own.Title, own.Slug, own.Summary, blocks, string.Concat(blocks.Select(block => Marked(block, own.Lang))), FactsOf(content, own, reader), content.Translations,
            page.Source, page.CheckedAt, page.ReviewBy, page.UpdatedAt)
        {
            Notice = page.Status == PageStatus.Withdrawn ? new(page.Reason, page.SuccessorId) : null,
        };
    }

    /// <summary>All pages that the reader can see. One whose parent is not among them hangs on the nearest one above that is.</summary>
    public static IReadOnlyList<TreeEntry> Tree(IReadOnlyList<LiveContent> all, Reader reader)
    {
        var parents = all.ToDictionary(content => content.Page.PageId, content => content.Page.ParentId);
        var served = all.Select(content => (content.Page, Text: Serve(content, reader))).Where(pair => pair.Text is not null).ToArray();
        var shown = served.Select(pair => pair.Page.PageId).ToHashSet();
        return [.. served.Select(pair =>
        {
            var (page, own) = (pair.Page, pair.Text!);
            var parent = page.ParentId;
            while (parent is { } id && !shown.Contains(id)) parent = parents.GetValueOrDefault(id);
            return new TreeEntry(page.PageId, parent, page.SortOrder, page.Area, page.FieldOfAction, ServedOf(own, reader), own.Title, own.Slug, own.Summary);
        })];
    }

    public static LiveText? Serve(LiveContent content, Reader reader)
    {
        var own = content.Texts.Where(text => !text.IsOverlay).ToDictionary(text => text.Lang);
        return reader.Chain.Select(own.GetValueOrDefault).FirstOrDefault(text => text is not null)
            ?? (reader.TakesAny ? own.GetValueOrDefault(content.Page.SourceLanguage) : null);
    }

    private static IReadOnlyList<FactView> FactsOf(LiveContent content, LiveText own, Reader reader) =>
        [.. content.Texts.Where(text => text == own || (text.IsOverlay && reader.Layers.Contains(text.Area) && text.Lang == own.Lang)).SelectMany(text => text.Facts).DistinctBy(fact => fact.Key)];

    private static ServedLanguage ServedOf(LiveText text, Reader reader) =>
        new(reader.Language.Tag, text.Lang, text.Lang != reader.Language.Tag, LanguageTable.DirectionOf(text.Lang));

    private static IEnumerable<BlockView> BlocksOf(LiveContent content, LiveText own, Reader reader)
    {
        var additions = Additions(content, reader).ToArray();
        var ids = own.Blocks.Select(block => block.Id).ToHashSet();
        var last = own.Blocks.Count - 1;
        for (var index = 0; index <= last || index == 0; index++)
        {
            var block = index <= last ? own.Blocks[index] : null;
            // What names no block, or one that is there no longer, goes to the start or to the end.
            bool Belongs(OverlayPart part, bool atEdge) => part.Block is { } id && ids.Contains(id) ? id == block?.Id : atEdge;
            foreach (var one in additions.Where(one => one.Part.Position == OverlayPosition.Before && Belongs(one.Part, index == 0))) yield return one.View;
            var instead = additions.LastOrDefault(one => one.Part.Position == OverlayPosition.Instead && block is not null && one.Part.Block == block.Id);
            if (instead.View is not null) yield return instead.View;
            else if (block is not null) yield return new(block.Id, content.Page.Area, own.Lang, LanguageTable.DirectionOf(own.Lang), block.Body);
            foreach (var one in additions.Where(one => one.Part.Position == OverlayPosition.After && Belongs(one.Part, index >= last))) yield return one.View;
        }
    }

    /// <summary>What the areas below add, the widest first; each in the best language that it has.</summary>
    private static IEnumerable<(OverlayPart Part, BlockView View)> Additions(LiveContent content, Reader reader)
    {
        foreach (var layer in reader.Layers.Where(layer => layer != content.Page.Area))
        {
            var texts = content.Texts.Where(text => text.IsOverlay && text.Area == layer).ToDictionary(text => text.Lang);
            var text = reader.Chain.Select(texts.GetValueOrDefault).FirstOrDefault(found => found is not null);
            if (text is null) continue;
            for (var index = 0; index < text.Parts.Count; index++)
            {
                var part = text.Parts[index];
                yield return (part, new($"{layer}-{index + 1}", layer, text.Lang, LanguageTable.DirectionOf(text.Lang), part.Body));
            }
        }
    }

    /// <summary>A piece in another language says so, for screen readers and hyphenation.</summary>
    private static string Marked(BlockView block, string language) => block.Language == language
        ? block.Body
        : new HtmlText().Open("div", ("lang", block.Language), ("dir", block.Dir)).Safe(block.Body).Close("div").ToString();
}
