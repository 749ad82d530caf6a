using System.Globalization;
using System.Text;

namespace Wir.WelcomePackage.Html;

/// <summary>Addresses of pages: letters and digits of any script, hyphens between words.</summary>
internal static class Slugs
{
    public const int MaxLength = 120;

    /// <summary>The address that follows from a title; empty when the title has no letter or digit.</summary>
    /// <param name="text">The title.</param>
    /// <param name="lang">Its language: what is <c>oe</c> in German is a letter of its own in Turkish, whose <c>I</c> has no dot.</param>
    public static string Of(string text, string lang)
    {
        var (slug, culture) = (new StringBuilder(), CultureInfo.GetCultureInfo(lang));
        foreach (var rune in text.Normalize(NormalizationForm.FormC).ToLower(culture).EnumerateRunes())
        {
            if (slug.Length >= MaxLength - 2) break;
            if (culture.TwoLetterISOLanguageName == "de" && Spelled(rune.Value) is { } spelled) slug.Append(spelled);
            else if (Rune.IsLetterOrDigit(rune) || (IsMark(rune) && slug.Length > 0 && slug[^1] != '-')) slug.Append(rune.ToString());
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }

        return slug.ToString().Trim('-').Normalize(NormalizationForm.FormC);
    }

    private static string? Spelled(int character) => character switch { 'ä' => "ae", 'ö' => "oe", 'ü' => "ue", 'ß' => "ss", _ => null };

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
