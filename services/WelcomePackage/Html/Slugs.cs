using System.Globalization;
using System.Text;

namespace Wir.WelcomePackage.Html;

/// <summary>Addresses of pages: letters and digits of any script, hyphens between words.</summary>
internal static class Slugs
{
    public const int MaxLength = 120;

    /// <summary>The address that follows from a title; empty when the title has no letter or digit.</summary>
    public static string Of(string text)
    {
        var slug = new StringBuilder();
        foreach (var rune in text.Normalize(NormalizationForm.FormC).ToLowerInvariant().EnumerateRunes())
        {
            if (slug.Length >= MaxLength - 2) break;
            if (Spelled(rune.Value) is { } spelled) slug.Append(spelled);
            else if (Rune.IsLetterOrDigit(rune) || (IsMark(rune) && slug.Length > 0 && slug[^1] != '-')) slug.Append(rune.ToString());
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }

        return slug.ToString().Trim('-').Normalize(NormalizationForm.FormC);
    }

    private static string? Spelled(int character) => character switch { 'ä' => "ae", 'ö' => "oe", 'ü' => "ue", 'ß' => "ss", _ => null };

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
