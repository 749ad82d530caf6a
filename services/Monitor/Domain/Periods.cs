using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;

namespace Wir.Monitor.Domain;

/// <summary>
/// Periods and their spelling: <c>2024</c>, <c>2024-H1</c>, <c>2024-Q3</c>, <c>2024-07</c>, school year <c>2024/25</c>, winter semester <c>WS2024/25</c>.
/// Within one periodicity the spelling sorts by time.
/// </summary>
public static partial class Periods
{
    private const int FirstYear = 1900;
    private const int LastYear = 2200;

    /// <summary>The period in its one spelling; null when the text is no period of this kind. Also reads SDMX: <c>2024-S1</c>, <c>2024-08-01/P1Y</c>, <c>2024-10-01/P6M</c>.</summary>
    public static string? Parse(string text, string periodicity)
    {
        var match = Form().Match(text);
        if (!match.Success) return null;
        var year = int.Parse(match.Groups["y"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        if (year is < FirstYear or > LastYear) return null;
        var part = match.Groups["n"] is { Success: true } number ? int.Parse(number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        return (periodicity, match.Groups["k"].Value) switch
        {
            ("year", "") when part == 0 && IsPlain(match) => Year(year),
            ("half", "H" or "S") when part is 1 or 2 => $"{Year(year)}-H{part}",
            ("quarter", "Q") when part is >= 1 and <= 4 => $"{Year(year)}-Q{part}",
            ("month", "") when part is >= 1 and <= 12 && IsPlain(match) => $"{Year(year)}-{part:00}",
            ("school-year", "") when IsFollowing(match, year) || match.Groups["sdmx"].Value == "-08-01/P1Y" => $"{Year(year)}/{(year + 1) % 100:00}",
            ("winter-semester", "WS") when IsFollowing(match, year) => $"WS{Year(year)}/{(year + 1) % 100:00}",
            ("winter-semester", "") when match.Groups["sdmx"].Value == "-10-01/P6M" => $"WS{Year(year)}/{(year + 1) % 100:00}",
            _ => null,
        };
    }

    /// <summary>The period so many steps later (earlier when negative).</summary>
    public static string Plus(string period, int steps)
    {
        var year = YearOf(period);
        if (period.Length == 4) return Year(year + steps);
        if (period.StartsWith("WS", StringComparison.Ordinal)) return $"WS{Year(year + steps)}/{(year + steps + 1) % 100:00}";
        if (period[4] == '/') return $"{Year(year + steps)}/{(year + steps + 1) % 100:00}";
        var (per, prefix, digits) = period[5] switch { 'H' => (2, "H", "0"), 'Q' => (4, "Q", "0"), _ => (12, "", "00") };
        var index = (year * per) + NumberOf(period) - 1 + steps;
        return $"{Year(Math.DivRem(index, per, out var rest))}-{prefix}{(rest + 1).ToString(digits, CultureInfo.InvariantCulture)}";
    }

    /// <summary>Steps of a year.</summary>
    public static int PerYear(string periodicity) => periodicity switch { "half" => 2, "quarter" => 4, "month" => 12, _ => 1 };

    /// <summary>First and last day.</summary>
    public static (LocalDate First, LocalDate Last) Days(string period)
    {
        var year = YearOf(period);
        if (period.Length == 4) return (new(year, 1, 1), new(year, 12, 31));
        if (period.StartsWith("WS", StringComparison.Ordinal)) return (new(year, 10, 1), new(year + 1, 3, 31));
        if (period[4] == '/') return (new(year, 8, 1), new(year + 1, 7, 31));
        var months = period[5] switch { 'H' => 6, 'Q' => 3, _ => 1 };
        var first = new LocalDate(year, ((NumberOf(period) - 1) * months) + 1, 1);
        return (first, first.PlusMonths(months).PlusDays(-1));
    }

    /// <summary>As SDMX writes it.</summary>
    public static string Sdmx(string period) => period switch
    {
        ['W', 'S', ..] => $"{Year(YearOf(period))}-10-01/P6M",
        [_, _, _, _, '/', ..] => $"{Year(YearOf(period))}-08-01/P1Y",
        [_, _, _, _, '-', 'H', var half] => $"{period[..4]}-S{half}",
        _ => period,
    };

    private static int YearOf(string period) =>
        int.Parse(period.AsSpan(period.StartsWith('W') ? 2 : 0, 4), NumberStyles.None, CultureInfo.InvariantCulture);

    private static int NumberOf(string period) =>
        int.Parse(period.AsSpan(period[5] is 'H' or 'Q' ? 6 : 5), NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Year(int year) => year.ToString("0000", CultureInfo.InvariantCulture);

    private static bool IsPlain(Match match) => !match.Groups["next"].Success && !match.Groups["sdmx"].Success;

    /// <summary><c>2024/25</c> and <c>2024/2025</c>, not <c>2024/2005</c>.</summary>
    private static bool IsFollowing(Match match, int year) => match.Groups["next"] is { Success: true, Value: var next }
        && next == (next.Length == 2 ? ((year + 1) % 100).ToString("00", CultureInfo.InvariantCulture) : Year(year + 1));

    [GeneratedRegex("^(?<k>WS)?(?<y>[0-9]{4})(?:/(?<next>[0-9]{2}|[0-9]{4})|(?<sdmx>-[0-9]{2}-[0-9]{2}/P[0-9][YM])|-(?<k>[HSQ])(?<n>[0-9])|-(?<n>[0-9]{2}))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
