using System.Globalization;
using System.Text;
using Wir.ServiceDefaults.Errors;

namespace Wir.Registry.Domain;

/// <summary>Text that people typed and others will read: nothing invisible, nothing that pretends.</summary>
public static class CleanText
{
    /// <summary>One line, NFC, with single spaces.</summary>
    public static string Line(string text)
    {
        if (!IsWellFormed(text)) return text;
        return string.Join(' ', text.Normalize(NormalizationForm.FormC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Of any number of lines, NFC: the same text is the same characters, whatever typed it.</summary>
    public static string Composed(string text) =>
        !IsWellFormed(text) || text.IsNormalized() ? text : text.Normalize(NormalizationForm.FormC);

    /// <summary>What is wrong with the text; null when nothing is.</summary>
    /// <param name="text">The text.</param>
    /// <param name="allowsLines">True for texts of several lines.</param>
    public static Text? FaultIn(string text, bool allowsLines = false)
    {
        if (!IsWellFormed(text) || HasUnwanted(text, allowsLines))
        {
            return new("Der Text enthält Steuerzeichen oder unsichtbare Zeichen.", "The text holds control or invisible characters.");
        }

        return text.Split(' ').Any(IsMixed)
            ? new("Ein Wort mischt Buchstaben verschiedener Schriften.", "A word mixes letters of different scripts.")
            : null;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (char.IsSurrogate(text[i])) return false;
        }

        return true;
    }

    /// <summary>Controls, and what changes the direction or hides. Joiners stay where Persian, Indic scripts and emoji need them: between Latin letters they only hide.</summary>
    private static bool HasUnwanted(string text, bool allowsLines)
    {
        Rune? previous = null;
        foreach (var rune in text.EnumerateRunes())
        {
            var isUnwanted = Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.Control => !(allowsLines && rune.Value is '\n' or '\r' or '\t'),
                UnicodeCategory.Format => !(allowsLines && rune.Value == 0xAD) && !(rune.Value is 0x200C or 0x200D && previous is { Value: >= 0x0590 }),
                UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => true,
                _ => false,
            };
            if (isUnwanted) return true;
            previous = rune;
        }

        return false;
    }

    /// <summary>Latin with Cyrillic or Greek in one word: how names are imitated.</summary>
    private static bool IsMixed(string word)
    {
        var (latin, other) = (false, false);
        foreach (var character in word)
        {
            if (!char.IsLetter(character)) continue;
            if (character is < '\u0250' or (>= '\u1E00' and <= '\u1EFF')) latin = true;
            else if (character is >= '\u0370' and <= '\u052F') other = true;
        }

        return latin && other;
    }
}
