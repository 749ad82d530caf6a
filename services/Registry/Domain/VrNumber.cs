using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Wir.Registry.Codes;

namespace Wir.Registry.Domain;

/// <summary>
/// A number in the court register of associations. Numbers are unique per court only, so the canonical form names the court:
/// <c>DE-CR-RA000282-VR1234</c> is number 1234 at Korbach.
/// </summary>
public static partial class VrNumber
{
    public const string Scheme = "DE-CR";

    /// <summary>What people call the same scheme.</summary>
    public static bool IsScheme(string scheme) => scheme.ToUpperInvariant() is "DE-CR" or "VR" or "VEREINSREGISTER" or "DE-VR";

    /// <summary>Reads the spellings people use: <c>VR 1234 Korbach</c>, <c>AG Korbach, VR1234</c>, <c>Vereinsregister-Nr. 1.234 (Amtsgericht Kassel)</c>.</summary>
    /// <param name="text">What stands on the letterhead.</param>
    /// <param name="courts">Known courts.</param>
    /// <param name="court">Court's name from a field of its own, if there is one.</param>
    /// <param name="canonical">The organisation identifier.</param>
    public static bool TryParse(string text, IReadOnlyList<Court> courts, string? court, out string canonical)
    {
        canonical = "";
        if (text.Length > 120) return false;
        var plain = Fold(text);
        if (OrgId().Match(plain) is { Success: true } exact)
        {
            canonical = Format(exact.Groups["court"].Value, exact.Groups["number"].Value);
            return true;
        }

        // HRB, HRA, GnR and PR are other registers with numbers of their own.
        if (OtherRegister().IsMatch(plain)) return false;
        if (CourtOf(court is null ? plain : Fold(court), courts) is not { } code) return false;
        var numbers = Number().Matches(plain);
        if (numbers.Count != 1) return false;
        var digits = string.Concat(numbers[0].Value.Where(char.IsAsciiDigit)).TrimStart('0');
        if (digits.Length is 0 or > 7) return false;
        canonical = Format(code, digits);
        return true;
    }

    private static string Format(string court, string digits) => $"{Scheme}-{court.ToUpperInvariant()}-VR{digits}";

    private static string? CourtOf(string plain, IReadOnlyList<Court> courts)
    {
        // Courts elsewhere have codes of the same form; only their names are not known here.
        if (CourtCode().Match(plain) is { Success: true } code) return code.Value;

        var words = $" {Word().Replace(plain, " ").Trim()} ";
        var found = courts.Where(known => known.Names.Any(name => words.Contains($" {name} ", StringComparison.Ordinal))).ToArray();
        return found.Length == 1 ? found[0].Code : null;
    }

    /// <summary>Lower case, without accents, full-width forms and exotic spaces.</summary>
    private static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var character in text.Normalize(NormalizationForm.FormKD).ToLowerInvariant())
        {
            if (CharUnicodeInfo.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.Format) continue;
            folded.Append(char.IsWhiteSpace(character) ? ' ' : character is '–' or '—' or '‐' or '‑' ? '-' : character);
        }

        return folded.ToString();
    }

    [GeneratedRegex(@"^\s*de-cr-(?<court>ra\d{6})-vr0*(?<number>[1-9]\d{0,6})\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex OrgId();

    [GeneratedRegex(@"\b(hrb|hra|gnr|gsr|pr)\b|\b(hrb|hra|gnr|gsr|pr)(?=\s?\d)|handelsregister|genossenschaftsregister|partnerschaftsregister", RegexOptions.CultureInvariant)]
    private static partial Regex OtherRegister();

    [GeneratedRegex(@"\bra\d{6}\b", RegexOptions.CultureInvariant)]
    private static partial Regex CourtCode();

    /// <summary>Digits, also grouped as <c>1.234</c> or <c>1 234</c>; not those of a court code.</summary>
    [GeneratedRegex(@"(?<![\d]|\bra)\d{1,3}(?:[. ]\d{3})+(?!\d)|(?<![\d]|\bra)\d+(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"[^\p{L}\p{N}]+|(?<=\p{L})(?=\d)|(?<=\d)(?=\p{L})", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
