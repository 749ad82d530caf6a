using System.Globalization;
using System.Text;

namespace Wir.Areas;

/// <summary>Finds areas by a similar key or name. A few thousand areas are compared in well under a second, off the hot path.</summary>
internal static class NearestAreas
{
    public static IReadOnlyList<Area> Find(IReadOnlyList<Area> areas, string text, int count)
    {
        // Long input comes from outside and is never near a name; without the limit it would cost time by its square.
        string wanted = Fold(text.Length > 60 ? text[..60] : text);
        if (wanted.Length == 0)
        {
            return [];
        }

        int limit = Math.Max(1, wanted.Length / 3);
        return [.. areas
            .Select(area => (area, distance: DistanceTo(area, wanted)))
            .Where(candidate => candidate.distance <= limit)
            .OrderBy(candidate => candidate.distance)
            .ThenBy(candidate => candidate.area.Key, StringComparer.Ordinal)
            .Take(count)
            .Select(candidate => candidate.area)];
    }

    /// <summary>ä, ae and a become equal, as do ß and ss; only letters and digits are left.</summary>
    internal static string Fold(string text)
    {
        string lower = text.ToLowerInvariant().Replace("ß", "ss", StringComparison.Ordinal);
        StringBuilder folded = new(lower.Length);
        foreach (char c in lower.Normalize(NormalizationForm.FormD).Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark))
        {
            if (char.IsLetterOrDigit(c))
            {
                folded.Append(c);
            }
        }

        return folded.Replace("ae", "a").Replace("oe", "o").Replace("ue", "u").ToString();
    }

    private static int DistanceTo(Area area, string wanted)
    {
        string name = Fold(area.Name);
        if (name.StartsWith(wanted, StringComparison.Ordinal))
        {
            return 0;
        }

        return Math.Min(Distance(wanted, name), Distance(wanted, area.Key.ToLowerInvariant()));
    }

    /// <summary>Edits (insert, delete, replace, swap of neighbours) between two words.</summary>
    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (int j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replace, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
