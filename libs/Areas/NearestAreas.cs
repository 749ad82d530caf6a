using System.Globalization;
using System.Text;

namespace Wir.Areas;

/// <summary>Finds areas by a similar key or name. Names are folded once, on the first question: most programs never ask one.</summary>
internal sealed class NearestAreas(IReadOnlyList<Area> areas)
{
    private const int LongestQuestion = 60;

    private readonly Lazy<(Area Area, string Name, string Key)[]> _folded =
        new(() => [.. areas.Select(area => (area, Fold(area.Name), area.Key.ToLowerInvariant()))]);

    public IReadOnlyList<Area> Find(string text, int count)
    {
        // Long input comes from outside and is near no name; comparing it would only cost time.
        string wanted = text.Length > LongestQuestion ? "" : Fold(text);
        if (wanted.Length == 0)
        {
            return [];
        }

        int limit = Math.Max(1, wanted.Length / 3);
        return [.. _folded.Value
            .Select(candidate => (candidate.Area, Distance: DistanceTo(candidate.Name, candidate.Key, wanted, limit)))
            .Where(candidate => candidate.Distance <= limit)
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Area.Key, StringComparer.Ordinal)
            .Take(count)
            .Select(candidate => candidate.Area)];
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

    private static int DistanceTo(string name, string key, string wanted, int limit) =>
        name.StartsWith(wanted, StringComparison.Ordinal)
            ? 0
            : Math.Min(DistanceWithin(wanted, name, limit), DistanceWithin(wanted, key, limit));

    private static int DistanceWithin(string a, string b, int limit) =>
        Math.Abs(a.Length - b.Length) > limit ? int.MaxValue : Distance(a, b);

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
