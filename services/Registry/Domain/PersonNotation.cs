using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Wir.Registry.Domain;

/// <summary>The same name, number or address, however it is written: what is compared, and how to find it in a text.</summary>
internal static class PersonNotation
{
    private const string Separators = @"[\s()/.\-]*";

    /// <summary>Forms of address and titles, which the same person is written with or without.</summary>
    private static readonly FrozenSet<string> s_titles = new[]
    {
        "herr", "herrn", "frau", "dr", "drs", "prof", "professor", "pd", "priv-doz", "dipl-ing", "dipl-päd", "dipl-soz",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What follows some titles; by itself it may be a name.</summary>
    private static readonly FrozenSet<string> s_fields = new[]
    {
        "med", "phil", "jur", "rer", "nat", "pol", "theol", "hc", "h", "c", "mult",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Without titles, in small letters, composed, with single spaces.</summary>
    public static string OfName(string name)
    {
        var words = CleanText.Line(name).ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var first = 0;
        while (first < words.Length - 1 && IsTitle(words[first], isFirst: first == 0)) first++;
        return string.Join(' ', words[first..]);

        // Dr. as well as Dr.med.
        static bool IsTitle(string word, bool isFirst) => word.Trim(',').Split('.', StringSplitOptions.RemoveEmptyEntries).Index()
            .All(part => s_titles.Contains(part.Item) || ((part.Index > 0 || !isFirst) && s_fields.Contains(part.Item)));
    }

    public static string OfEmail(string email) => CleanText.Line(email).ToLowerInvariant();

    /// <summary>
    /// Digits of a number within Germany without the zero in front; those of another country begin with a plus:
    /// <c>56311234</c> of <c>+49 (0)5631 1234</c>, <c>0049 5631/1234</c> and <c>05631-1234</c>.
    /// </summary>
    public static string OfPhone(string phone)
    {
        var digits = string.Concat(phone.Where(char.IsAsciiDigit));
        var isInternational = phone.AsSpan().TrimStart(" (").StartsWith("+");
        if (!isInternational && digits.StartsWith("00", StringComparison.Ordinal)) (isInternational, digits) = (true, digits[2..]);
        if (!isInternational) return digits.TrimStart('0');
        return digits.StartsWith("49", StringComparison.Ordinal) ? digits[2..].TrimStart('0') : "+" + digits;
    }

    public static bool IsPhone(string value) =>
        value.Count(char.IsAsciiDigit) >= 6 && value.All(character => char.IsAsciiDigit(character) || " ()/.+-".Contains(character, StringComparison.Ordinal));

    /// <summary>Finds a value in texts, in time that grows with their length alone.</summary>
    public static Regex Mention(IEnumerable<string> values) => new(
        string.Join('|', values.OrderByDescending(value => value.Length).Select(PatternOf)),
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>The text as values are compared with it.</summary>
    public static string Composed(string text) => CleanText.Composed(text);

    private static string PatternOf(string value)
    {
        if (!IsPhone(value)) return string.Join(@"\s+", (value.Contains('@', StringComparison.Ordinal) ? OfEmail(value) : OfName(value)).Split(' ').Select(Regex.Escape));
        var number = OfPhone(value);
        var front = number[0] == '+' ? @"(?:\+|00)" : $@"(?:(?:\+|00)49{Separators}0?|0)?";
        return front + Separators + string.Join(Separators, number.TrimStart('+').AsEnumerable());
    }
}
