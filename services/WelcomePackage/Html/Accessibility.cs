using AngleSharp.Dom;
using Wir.ServiceDefaults.Errors;

namespace Wir.WelcomePackage.Html;

/// <summary>What makes a text hard to use for people who do not see it, or who jump from heading to heading.</summary>
internal static class Accessibility
{
    /// <summary>Link texts that say nothing where links are read out as a list.</summary>
    private static readonly HashSet<string> s_empty = new(StringComparer.OrdinalIgnoreCase)
    {
        "hier", "hier klicken", "klicken sie hier", "klick hier", "link", "mehr", "weiter", "weiterlesen", "mehr lesen", "mehr erfahren", "dieser link",
        "here", "click here", "this link", "more", "read more", "learn more", "ici", "cliquez ici", "lire la suite", "en savoir plus", "тут", "здесь",
        "далее", "подробнее", "докладніше", "далі", "buraya tıklayın", "burada", "buradan", "tıklayın", "devamı", "هنا", "اضغط هنا", "انقر هنا", "المزيد",
        "اینجا", "اینجا کلیک کنید", "بیشتر",
    };

    /// <param name="html">Sanitised HTML.</param>
    /// <param name="isPart">True for a piece of a page, which may begin one level deeper.</param>
    /// <param name="described">Whether a picture has its text in the media; those need none of their own.</param>
    public static IEnumerable<Text> FaultsIn(string html, bool isPart, Func<string, bool> described)
    {
        var body = SafeHtml.Parse(html);
        return [.. Headings(body, isPart), .. Pictures(body, described), .. Tables(body), .. Links(body)];
    }

    private static IEnumerable<Text> Headings(IElement body, bool isPart)
    {
        var last = isPart ? 2 : 1;
        foreach (var heading in body.QuerySelectorAll("h2, h3, h4"))
        {
            var (level, shown) = (heading.LocalName[1] - '0', Shown(heading.TextContent));
            if (shown.Length == 0) yield return new($"Eine Überschrift ({heading.LocalName}) ist leer.", $"A heading ({heading.LocalName}) is empty.");
            if (level > last + 1)
            {
                yield return new(
                    $"Überschrift „{shown}“ ist h{level}, erwartet wird höchstens h{last + 1}.", $"Heading “{shown}” is h{level}; at most h{last + 1} is expected.");
            }

            last = level;
        }
    }

    private static IEnumerable<Text> Pictures(IElement body, Func<string, bool> described) =>
        from picture in body.QuerySelectorAll("img")
        let address = picture.GetAttribute("src") ?? ""
        where string.IsNullOrWhiteSpace(picture.GetAttribute("alt")) && !described(address)
        select new Text($"Das Bild {address} hat keinen Alternativtext.", $"The picture {address} has no alternative text.");

    private static IEnumerable<Text> Tables(IElement body)
    {
        foreach (var table in body.QuerySelectorAll("table"))
        {
            var heads = table.QuerySelectorAll("th").Count(head => Shown(head.TextContent).Length > 0);
            if (heads == 0) yield return new($"Die Tabelle „{Shown(table.TextContent)}“ hat keine Kopfzellen (th).", $"The table “{Shown(table.TextContent)}” has no header cells (th).");
        }
    }

    private static IEnumerable<Text> Links(IElement body)
    {
        foreach (var link in body.QuerySelectorAll("a[href]"))
        {
            var (address, shown) = (link.GetAttribute("href")!, Shown(link.TextContent));
            if (shown.Length == 0 && link.QuerySelectorAll("img").Any(picture => !string.IsNullOrWhiteSpace(picture.GetAttribute("alt")))) continue;
            if (shown.Length == 0) yield return new($"Der Link auf {address} hat keinen Text.", $"The link to {address} has no text.");
            else if (s_empty.Contains(shown.TrimEnd('.', '…', ':', '!', ' ', '»', '→')))
            {
                yield return new($"Der Link „{shown}“ auf {address} sagt nicht, wohin er führt.", $"The link “{shown}” to {address} does not say where it leads.");
            }
            else if (shown.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || shown.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            {
                yield return new($"Der Link {shown} zeigt eine Adresse statt eines Textes.", $"The link {shown} shows an address instead of a text.");
            }
        }
    }

    private static string Shown(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > 60 ? line[..60] + "…" : line;
    }
}
