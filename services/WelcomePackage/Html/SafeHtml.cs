using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Ganss.Xss;

namespace Wir.WelcomePackage.Html;

/// <summary>
/// The safe subset of HTML that content may use. A text is first brought into our form: headings begin at h2, values
/// are written in one way, elements that hold no text for readers (script, style, frames, foreign markup) go with
/// everything in them. The boundary is HtmlSanitizer, which comes last and lets through what is on the list and nothing
/// else. <see cref="HtmlText"/> writes the result, in the notation that the hashes of stored translations rest on.
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

    /// <summary>
    /// Nothing in them was meant for readers, or it would be read by other rules than those of HTML. Any other element
    /// that is not allowed leaves its text behind.
    /// </summary>
    private static readonly HashSet<string> s_dropped = new(StringComparer.Ordinal)
    {
        "script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "svg", "math", "template", "noscript", "noembed", "noframes",
        "xmp", "plaintext", "listing", "title", "head", "base", "link", "meta", "textarea", "select", "option", "input", "button", "form",
        "audio", "video", "source", "track", "canvas", "map", "area", "portal", "marquee", "bgsound", "keygen", "dialog", "slot", "param",
    };

    /// <summary>May be used by several threads at once, as long as nobody changes it.</summary>
    private static readonly HtmlSanitizer s_boundary = Boundary();

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
        var body = InOurForm(html);
        s_boundary.SanitizeDom((IHtmlDocument)body.Owner!, body);
        var output = new HtmlText();
        foreach (var node in body.ChildNodes) Write(node, output);
        return output.ToString();
    }

    private static HtmlSanitizer Boundary()
    {
        var boundary = new HtmlSanitizer(new HtmlSanitizerOptions
        {
            AllowedTags = s_allowed.Keys.ToHashSet(),
            AllowedAttributes = s_allowed.Values.SelectMany(names => names).Concat(s_common).ToHashSet(),
            UriAttributes = new HashSet<string> { "href", "src" },
            AllowedSchemes = SafeAddress.Schemes.Append(SafeAddress.PageScheme).ToHashSet(),
        });
        // It knows schemes only: what an address may be beyond that is our own rule, and each kind has one element.
        boundary.FilterUrl += (_, found) => found.SanitizedUrl = (found.SanitizedUrl, found.Tag.LocalName) switch
        {
            (not null, "a") => SafeAddress.OfLink(found.OriginalUrl),
            (not null, "img") => SafeAddress.OfImage(found.OriginalUrl),
            _ => null,
        };
        return boundary;
    }

    /// <summary>The text in a tree of its own, as we write texts; says nothing about what is safe.</summary>
    private static IHtmlElement InOurForm(string html)
    {
        var document = s_parser.ParseDocument("<!DOCTYPE html>");
        Copy(Parse(html), document.Body!, 0);
        return document.Body!;
    }

    /// <summary>Appends and never moves: taking nodes out of a long list of them costs its square.</summary>
    private static void Copy(INode from, INode into, int depth)
    {
        // Deeper nesting is no text for people; it only costs those who read it.
        if (depth > 60) return;
        foreach (var node in from.ChildNodes)
        {
            if (node is IText text) into.AppendChild(into.Owner!.CreateTextNode(text.Data));
            if (node is not IElement element || HoldsNoText(element)) continue;
            // The title is the page's own h1.
            var name = element.LocalName switch { "h1" => "h2", "h5" or "h6" => "h4", var other => other };
            var parent = s_allowed.ContainsKey(name) ? into.AppendChild(Empty(into.Owner!, name, element)) : into;
            Copy(element, parent, depth + 1);
        }
    }

    private static bool HoldsNoText(IElement element) =>
        element.NamespaceUri is not "http://www.w3.org/1999/xhtml" || s_dropped.Contains(element.LocalName)
        || (element.LocalName == "img" && SafeAddress.OfImage(element.GetAttribute("src")) is null);

    private static IElement Empty(IDocument document, string name, IElement like)
    {
        var element = document.CreateElement(name);
        foreach (var attribute in like.Attributes)
        {
            if (ValueOf(name, attribute) is { } value) element.SetAttribute(attribute.LocalName, value);
        }

        return element;
    }

    /// <summary>The value as we write it; null for what says nothing on this element.</summary>
    private static string? ValueOf(string element, IAttr attribute)
    {
        var name = attribute.LocalName;
        if (attribute.NamespaceUri is not null || (!s_common.Contains(name) && !s_allowed[element].Contains(name))) return null;
        var value = attribute.Value.Trim();
        return name switch
        {
            "dir" => value is "ltr" or "rtl" or "auto" ? value : null,
            "lang" or "hreflang" => value.Length is > 0 and <= 35 && value.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? value : null,
            "id" => element is "h2" or "h3" or "h4" && IsName(value) ? value : null,
            "scope" => value is "row" or "col" or "rowgroup" or "colgroup" ? value : null,
            "colspan" or "rowspan" or "width" or "height" or "start" => value.Length is > 0 and <= 4 && value.All(char.IsAsciiDigit) ? value : null,
            _ => value,
        };
    }

    private static void Write(INode node, HtmlText output)
    {
        if (node is IText text) output.Text(text.Data);
        if (node is not IElement element) return;
        output.Open(element.LocalName, element.Attributes.Select(one => (one.Name, (string?)one.Value)));
        if (HtmlText.IsVoid(element.LocalName)) return;
        foreach (var child in element.ChildNodes) Write(child, output);
        output.Close(element.LocalName);
    }

    /// <summary>Names of our own making only; others could shadow what a page's scripts rely on.</summary>
    internal static bool IsName(string value) =>
        value.Length is > 0 and <= 60 && char.IsAsciiLetterLower(value[0]) && value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
