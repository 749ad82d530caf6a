using System.Globalization;

namespace Wir.Registry.Domain;

/// <summary>
/// The number people say: <c>WF-1047-3</c>. The last digit is that of H. M. Damm's quasigroup of order 10, which notices every wrong
/// digit and every swap of neighbours.
/// </summary>
public static class AssociationNumber
{
    private static readonly byte[] s_table =
    [
        0, 3, 1, 7, 5, 9, 8, 6, 4, 2,
        7, 0, 9, 2, 1, 5, 4, 8, 6, 3,
        4, 2, 0, 6, 8, 7, 1, 3, 5, 9,
        1, 7, 5, 0, 9, 8, 3, 4, 2, 6,
        6, 1, 2, 3, 0, 4, 5, 9, 7, 8,
        3, 6, 7, 4, 2, 0, 9, 5, 8, 1,
        5, 8, 6, 9, 7, 2, 0, 1, 3, 4,
        8, 9, 4, 5, 3, 6, 2, 0, 1, 7,
        9, 4, 3, 8, 6, 1, 7, 2, 0, 5,
        2, 5, 8, 1, 4, 3, 6, 7, 9, 0,
    ];

    /// <param name="prefix">The district's letters.</param>
    /// <param name="serial">Running number.</param>
    public static string Format(string prefix, long serial)
    {
        var digits = serial.ToString(CultureInfo.InvariantCulture);
        return $"{prefix}-{digits}-{Interim(digits)}";
    }

    /// <summary>True when the text is a number with a right check digit. Case and the hyphens do not matter: <c>wf10473</c>.</summary>
    /// <param name="text">What somebody typed.</param>
    /// <param name="prefix">The district's letters.</param>
    /// <param name="number">As the register writes it.</param>
    public static bool TryParse(string text, string prefix, out string number)
    {
        number = "";
        var plain = string.Concat(text.Where(character => character is not ('-' or ' ' or '–'))).ToUpperInvariant();
        if (!plain.StartsWith(prefix, StringComparison.Ordinal)) return false;
        var digits = plain[prefix.Length..];
        if (digits.Length is < 2 or > 19 || !digits.All(char.IsAsciiDigit) || Interim(digits) != 0) return false;
        number = $"{prefix}-{digits[..^1]}-{digits[^1]}";
        return true;
    }

    private static int Interim(string digits) => digits.Aggregate(0, (interim, digit) => s_table[(interim * 10) + (digit - '0')]);
}
