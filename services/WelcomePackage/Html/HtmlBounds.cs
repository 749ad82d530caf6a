using AngleSharp.Html;
using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;
using AngleSharp.Text;
using Wir.ServiceDefaults.Errors;

namespace Wir.WelcomePackage.Html;

/// <summary>
/// What a text may cost to read, known from its tags before a tree is built of them. The rules of HTML repeat every element of
/// formatting that is left open in each paragraph that follows, so a few kilobytes can become a tree of gigabytes.
/// </summary>
internal static class HtmlBounds
{
    /// <summary>Tags of one text; the longest pages have some hundreds.</summary>
    private const int MostTags = 5_000;
    private const int MostAttributes = 50;

    /// <summary>Elements of formatting that are open at the same time.</summary>
    private const int MostOpen = 16;

    // The list of active formatting elements, HTML 13.2.4.3.
    private static readonly HashSet<string> s_formatting =
        ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

    // Within these a tag need not be one: what closes there closes nothing for certain.
    private static readonly HashSet<string> s_otherRules =
    [
        "iframe", "math", "noembed", "noframes", "noscript", "plaintext", "script", "select", "style", "svg", "template", "textarea", "title", "xmp",
    ];

    /// <summary>What is too much of it; null when it can be read.</summary>
    public static Text? FaultOf(string html)
    {
        var (tags, open, isPlain) = (0, new Dictionary<string, int>(StringComparer.Ordinal), true);
        foreach (var tag in new TextSource(html).Tokenize(HtmlEntityProvider.Resolver).OfType<HtmlTagToken>())
        {
            if (++tags > MostTags) return new($"Höchstens {MostTags} Tags sind erlaubt.", $"At most {MostTags} tags are allowed.");
            if (tag.Attributes.Count > MostAttributes)
            {
                return new($"Ein Tag hat höchstens {MostAttributes} Attribute.", $"A tag has at most {MostAttributes} attributes.");
            }

            isPlain &= !s_otherRules.Contains(tag.Name);
            if (!s_formatting.Contains(tag.Name)) continue;
            var count = open.GetValueOrDefault(tag.Name);
            if (tag.Type == HtmlTokenType.StartTag) open[tag.Name] = count + 1;
            else if (isPlain && count > 0) open[tag.Name] = count - 1;
            if (open.Values.Sum() > MostOpen)
            {
                return new(
                    $"Höchstens {MostOpen} Auszeichnungen (b, strong, a …) sind zugleich offen; jede braucht ihr Ende.",
                    $"At most {MostOpen} elements of formatting (b, strong, a …) are open at the same time; each needs its end.");
            }
        }

        return null;
    }
}
