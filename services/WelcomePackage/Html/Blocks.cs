using System.Globalization;
using AngleSharp.Dom;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Html;

/// <summary>
/// Cuts a text into the blocks that municipalities can add to: each <c>h2</c> begins one. A block's id is the heading's, so that it is the
/// same in all languages and versions; the text before the first heading is <c>intro</c>.
/// </summary>
internal static class Blocks
{
    public const string Intro = "intro";

    /// <summary>Gives an id to each h2 that has none, so that what is read, edited and sent back keeps its blocks.</summary>
    public static string WithIds(string cleanHtml)
    {
        var body = SafeHtml.Parse(cleanHtml);
        var taken = new HashSet<string> { Intro };
        var nameless = new List<IElement>();
        foreach (var heading in body.QuerySelectorAll("h2"))
        {
            if (heading.Id is not { Length: > 0 } id || !taken.Add(id)) nameless.Add(heading);
        }

        var next = 1;
        foreach (var heading in nameless)
        {
            while (!taken.Add($"b{next}")) next++;
            heading.SetAttribute("id", $"b{next}");
        }

        // Its own result again: the same rules, in the same notation.
        return nameless.Count == 0 ? cleanHtml : SafeHtml.Clean(body.InnerHtml);
    }

    public static IReadOnlyList<TextBlock> Of(string cleanHtml)
    {
        var blocks = new List<TextBlock>();
        var (id, content) = (Intro, new List<INode>());
        foreach (var node in SafeHtml.Parse(cleanHtml).ChildNodes.ToArray())
        {
            if (node is IElement { LocalName: "h2" } heading)
            {
                Add(blocks, id, content);
                (id, content) = (heading.Id ?? string.Create(CultureInfo.InvariantCulture, $"b{blocks.Count + 1}"), []);
            }

            content.Add(node);
        }

        Add(blocks, id, content);
        return blocks;
    }

    private static void Add(List<TextBlock> blocks, string id, List<INode> content)
    {
        if (content.All(node => node is IText text && string.IsNullOrWhiteSpace(text.Data))) return;
        blocks.Add(new(id, SafeHtml.Clean(string.Concat(content.Select(node => node is IElement element ? element.OuterHtml : HtmlText.Escape(node.TextContent))))));
    }
}
