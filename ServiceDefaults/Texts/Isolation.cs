using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Wir.ServiceDefaults.Texts;

/// <summary>
/// Texts as pages show them to people. In right-to-left text the browser swaps groups of digits, and 116 016 is shown as 016 116;
/// here they are isolated. Phone numbers become links in every language. The stored text, and what the APIs send, stays as it was
/// written.
/// </summary>
public static partial class Isolation
{
    /// <param name="html">Clean HTML: attributes in double quotes, no <c>&lt;</c> in texts.</param>
    /// <param name="direction">Of the text around it: <c>ltr</c> or <c>rtl</c>.</param>
    public static string Of(string html, string direction) => Of(html, direction, 0);

    /// <summary>A text without markup as HTML.</summary>
    /// <param name="text">As it was written.</param>
    /// <param name="direction">Its own: <c>ltr</c> or <c>rtl</c>.</param>
    /// <param name="isInLink">A link holds no link, so a phone number in it stays a text.</param>
    public static string OfText(string text, string direction, bool isInLink = false) => Of(WebUtility.HtmlEncode(text), direction, isInLink ? 1 : 0);

    /// <summary>A text without markup, as a source is written: addresses of the web in it become links.</summary>
    /// <param name="text">As it was written.</param>
    /// <param name="direction">Of the text around it: <c>ltr</c> or <c>rtl</c>.</param>
    public static string OfSource(string text, string direction)
    {
        var (result, from) = (new StringBuilder(), 0);
        foreach (Match match in WebAddressIn().Matches(text))
        {
            var address = WebUtility.HtmlEncode(match.Value);
            result.Append(OfText(text[from..match.Index], direction));
            result.Append(CultureInfo.InvariantCulture, $"<a href=\"{address}\" rel=\"external noreferrer\" dir=\"ltr\">{address}</a>");
            from = match.Index + match.Length;
        }

        return result.Append(OfText(text[from..], direction)).ToString();
    }

    private static string Of(string html, string direction, int links)
    {
        if (!AnyDigit().IsMatch(html) && !(direction == "rtl" && html.Contains(" lang=", StringComparison.Ordinal))) return html;
        var (result, kept) = (new StringBuilder(html.Length + 64), 0);
        foreach (Match piece in Piece().Matches(html))
        {
            var text = piece.Value;
            if (text[0] != '<')
            {
                result.Append(kept > 0 ? text : Run().Replace(text, match => Isolated(match.Value, links > 0, direction == "rtl")));
                continue;
            }

            if (text.StartsWith("<a ", StringComparison.Ordinal) || text == "<a>") links++;
            else if (text == "</a>") links--;
            // Whoever wrote a direction has thought of it.
            else if (Isolates().IsMatch(text)) kept++;
            else if (kept > 0 && text is "</bdi>" or "</code>") kept--;
            result.Append(direction == "rtl" ? WithDirection(text) : text);
        }

        return result.ToString();
    }

    private static string Isolated(string run, bool isLink, bool isRightToLeft)
    {
        if (!isLink && Number(run) is { } number) return $"<a class=\"tel\" href=\"tel:{number}\" dir=\"ltr\">{run}</a>";
        return isRightToLeft && Groups().IsMatch(run) ? $"<bdi dir=\"ltr\">{run}</bdi>" : run;
    }

    /// <summary>What a phone dials; null for what is no phone number.</summary>
    private static string? Number(string run)
    {
        if (!Phone().IsMatch(run)) return null;
        var digits = string.Concat(run.Where(char.IsAsciiDigit));
        if (digits is "110" or "112" || (digits.StartsWith("116", StringComparison.Ordinal) && digits.Length == 6)) return digits;
        if (digits.Length is < 7 or > 15) return null;
        if (run.TrimStart('(')[0] == '+') return digits.StartsWith("490", StringComparison.Ordinal) ? "+49" + digits[3..] : "+" + digits;
        return digits.StartsWith("00", StringComparison.Ordinal) ? "+" + digits[2..] : digits[0] == '0' ? "+49" + digits[1..] : null;
    }

    /// <summary>An element in a language of the other direction says so.</summary>
    private static string WithDirection(string tag) => Foreign().Match(tag) is { Success: true } match
        && !tag.Contains(" dir=", StringComparison.Ordinal) && Languages.TryParse(match.Groups[1].Value, out var language) && language.Direction == "ltr"
            ? string.Concat(tag.AsSpan(0, tag.Length - 1), " dir=\"ltr\">")
            : tag;

    [GeneratedRegex("[0-9]")]
    private static partial Regex AnyDigit();

    [GeneratedRegex("<[^>]*>|[^<]+")]
    private static partial Regex Piece();

    [GeneratedRegex("""^<(bdi|code)[ >]""")]
    private static partial Regex Isolates();

    // Phone numbers, dates, ranges, times, amounts: digits with what stands between them, not part of a word or a character reference.
    [GeneratedRegex(@"(?<![\p{L}\p{Nd}&#_])[+(]?[0-9](?:[0-9]|[ \u00A0()/.,:–-](?=[ \u00A0()/.,:–-]{0,2}[0-9(]))*(?:[ \u00A0]?[€%])?")]
    private static partial Regex Run();

    [GeneratedRegex(@"https?://[^\s<>""']*[^\s<>""'.,;:!?)\]]", RegexOptions.IgnoreCase)]
    private static partial Regex WebAddressIn();

    [GeneratedRegex(@"[^0-9]")]
    private static partial Regex Groups();

    // No German prefix has two digits, but days and months have.
    [GeneratedRegex(@"^(?!0[0-9][^0-9])(?:110|112|[+(]?[0-9][0-9 \u00A0()/–-]*)$")]
    private static partial Regex Phone();

    [GeneratedRegex(""" lang="([A-Za-z-]+)" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Foreign();
}
