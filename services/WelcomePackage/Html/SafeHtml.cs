using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Wir.WelcomePackage.Html;

/// <summary>
/// The safe subset of HTML that content may use. What is not on the list is taken out: unknown elements leave their text behind, elements
/// that hold no text for readers (script, style, frames, foreign markup) go with everything in them. The result is written by
/// <see cref="HtmlText"/>, never by the parser, so nothing can come back as markup that went in as text.
/// </summary>
public static class SafeHtml
{
    private const int MaxRounds = 4;

    /// <summary>Elements by the attributes that they may have beside the common ones.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new(StringComparer.Ordinal)
    {
        ["p"] = [], ["h2"] = [], ["h3"] = [], ["h4"] = [], ["ul"] = [], ["ol"] = ["start"], ["li"] = [], ["dl"] = [], ["dt"] = [], ["dd"] = [],
        ["strong"] = [], ["em"] = [], ["b"] = [], ["i"] = [], ["sub"] = [], ["sup"] = [], ["br"] = [], ["hr"] = [], ["blockquote"] = [], ["code"] = [],
        ["abbr"] = ["title"], ["bdi"] = [], ["span"] = [], ["div"] = [], ["a"] = ["href", "title", "hreflang"], ["img"] = ["src", "alt", "width", "height"],
        ["figure"] = [], ["figcaption"] = [], ["table"] = [], ["caption"] = [], ["thead"] = [], ["tbody"] = [], ["tr"] = [],
        ["th"] = ["scope", "colspan", "rowspan"], ["td"] = ["colspan", "rowspan"],
    };

    private static readonly HashSet<string> s_common = ["lang", "dir", "id"];

    /// <summary>Nothing in them was meant for readers, or it would be read by other rules than those of HTML.</summary>
    private static readonly HashSet<string> s_dropped = new(StringComparer.Ordinal)
    {
        "script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "svg", "math", "template", "noscript", "noembed", "noframes",
        "xmp", "plaintext", "listing", "title", "head", "base", "link", "meta", "textarea", "select", "option", "input", "button", "form",
        "audio", "video", "source", "track", "canvas", "map", "area", "portal", "marquee", "bgsound", "keygen", "dialog", "slot", "param",
    };

    private static readonly HtmlParser s_parser = new(new HtmlParserOptions { IsScripting = false, IsKeepingSourceReferences = false });

    /// <summary>The safe subset of <paramref name="html"/>; the same again when given its own result.</summary>
    public static string Clean(string html)
    {
        var clean = CleanOnce(html);
        // Taking something out can change how the rest is nested; what is stored must read the same for every parser.
        for (var round = 1; round < MaxRounds; round++)
        {
            var again = CleanOnce(clean);
            if (again == clean) return clean;
            clean = again;
        }

        return CleanOnce(clean) == clean ? clean : HtmlText.Escape(Parse(clean).TextContent);
    }

    /// <summary>A body with <paramref name="html"/> in it, as a browser would read it; scripts do not run and nothing is loaded.</summary>
    internal static IElement Parse(string html)
    {
        // Without a document type a table could stand within a paragraph, which browsers read otherwise.
        var document = s_parser.ParseDocument("<!DOCTYPE html>");
        var body = document.Body!;
        foreach (var node in s_parser.ParseFragment(html, body).ToArray()) body.AppendChild(node);
        return body;
    }

    private static string CleanOnce(string html)
    {
        var output = new HtmlText();
        foreach (var node in Parse(html).ChildNodes) Write(node, output, 0);
        return output.ToString();
    }

    private static void Write(INode node, HtmlText output, int depth)
    {
        // Deeper nesting is no text for people; it only costs those who read it.
        if (depth > 60) return;
        switch (node)
        {
            case IText text:
                output.Text(text.Data);
                break;
            case IElement element when element.NamespaceUri is not "http://www.w3.org/1999/xhtml" || s_dropped.Contains(element.LocalName):
                break;
            case IElement { LocalName: "h1" or "h5" or "h6" } heading:
                // The title is the page's own h1.
                Element(heading, heading.LocalName == "h1" ? "h2" : "h4", output, depth);
                break;
            case IElement { LocalName: "img" } image when SafeAddress.OfImage(image.GetAttribute("src")) is null:
                break;
            case IElement element when s_allowed.ContainsKey(element.LocalName):
                Element(element, element.LocalName, output, depth);
                break;
            case IElement element:
                foreach (var child in element.ChildNodes) Write(child, output, depth + 1);
                break;
        }
    }

    private static void Element(IElement element, string name, HtmlText output, int depth)
    {
        output.Open(name, element.Attributes.Select(attribute => (attribute.LocalName, Value: ValueOf(name, attribute))).Where(pair => pair.Value is not null));
        if (HtmlText.IsVoid(name)) return;
        foreach (var child in element.ChildNodes) Write(child, output, depth + 1);
        output.Close(name);
    }

    private static string? ValueOf(string element, IAttr attribute)
    {
        var name = attribute.LocalName;
        if (attribute.NamespaceUri is not null || (!s_common.Contains(name) && !s_allowed[element].Contains(name))) return null;
        var value = attribute.Value.Trim();
        return name switch
        {
            "href" => SafeAddress.OfLink(value),
            "src" => SafeAddress.OfImage(value),
            "dir" => value is "ltr" or "rtl" or "auto" ? value : null,
            "lang" or "hreflang" => value.Length is > 0 and <= 35 && value.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? value : null,
            "id" => element is "h2" or "h3" or "h4" && IsName(value) ? value : null,
            "scope" => value is "row" or "col" or "rowgroup" or "colgroup" ? value : null,
            "colspan" or "rowspan" or "width" or "height" or "start" => value.Length is > 0 and <= 4 && value.All(char.IsAsciiDigit) ? value : null,
            _ => value,
        };
    }

    /// <summary>Names of our own making only; others could shadow what a page's scripts rely on.</summary>
    internal static bool IsName(string value) =>
        value.Length is > 0 and <= 60 && char.IsAsciiLetterLower(value[0]) && value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
