using System.Security.Cryptography;
using System.Text;
using AngleSharp.Dom;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Html;

/// <summary>One unit of translation: a heading, paragraph, list item or cell, or the title or summary.</summary>
/// <param name="Hash">Of the content without what makes no difference to a reader (white space).</param>
/// <param name="Html">Its content.</param>
internal sealed record Segment(string Hash, string Html);

/// <summary>
/// Cuts texts into segments. Whether a translation is up to date is decided by comparing their hashes, never by times: an edit that is
/// undone leaves no trace, and white space is no edit.
/// </summary>
internal static class Segments
{
    private static readonly HashSet<string> s_containers = ["div", "ul", "ol", "dl", "blockquote", "table", "thead", "tbody", "tr", "figure"];
    private static readonly HashSet<string> s_units = ["p", "h2", "h3", "h4", "li", "dt", "dd", "th", "td", "caption", "figcaption"];

    public static string[] HashesOf(PageText text) => [.. Of(text).Select(segment => segment.Hash)];

    public static IReadOnlyList<Segment> Of(PageText text)
    {
        var segments = new List<Segment>();
        Add(segments, HtmlText.Escape(text.Title));
        if (text.Summary is not null) Add(segments, HtmlText.Escape(text.Summary));
        Walk(SafeHtml.Parse(text.Body), segments);
        foreach (var part in text.Parts) Walk(SafeHtml.Parse(part.Body), segments);
        return segments;
    }

    /// <summary>What is in <paramref name="source"/> and not in <paramref name="basis"/>; the same sentence twice counts twice.</summary>
    public static IReadOnlyList<string> Missing(IEnumerable<string> source, IEnumerable<string> basis)
    {
        var known = basis.GroupBy(hash => hash).ToDictionary(group => group.Key, group => group.Count());
        var missing = new List<string>();
        foreach (var hash in source)
        {
            if (known.TryGetValue(hash, out var left) && left > 0) known[hash] = left - 1;
            else missing.Add(hash);
        }

        return missing;
    }

    private static void Walk(IElement parent, List<Segment> segments)
    {
        var loose = new StringBuilder();
        foreach (var node in parent.ChildNodes)
        {
            if (node is IElement element && (s_units.Contains(element.LocalName) || s_containers.Contains(element.LocalName)))
            {
                Flush(loose, segments);
                if (s_containers.Contains(element.LocalName) || HasUnits(element)) Walk(element, segments);
                else Add(segments, element.InnerHtml);
            }
            else if (node is IElement inline) loose.Append(inline.OuterHtml);
            else if (node is IText text) loose.Append(HtmlText.Escape(text.Data));
        }

        Flush(loose, segments);
    }

    private static bool HasUnits(IElement element) =>
        element.Children.Any(child => s_units.Contains(child.LocalName) || s_containers.Contains(child.LocalName) || HasUnits(child));

    private static void Flush(StringBuilder loose, List<Segment> segments)
    {
        Add(segments, loose.ToString());
        loose.Clear();
    }

    private static void Add(List<Segment> segments, string html)
    {
        var content = Collapse(html);
        if (content.Length > 0) segments.Add(new(HashOf(content), content));
    }

    private static string HashOf(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)), 0, 10);

    private static string Collapse(string html) => string.Join(' ', html.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
