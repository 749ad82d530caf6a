namespace Wir.ServiceDefaults.Errors;

/// <summary>What somebody probably meant.</summary>
public static class Nearest
{
    /// <summary>The known name closest to <paramref name="asked"/>; null when none is close enough to be meant.</summary>
    public static string? Of(string asked, IEnumerable<string> known)
    {
        // Long input is no typing error, and the distance costs its square.
        if (asked.Length > 64) return null;
        var (best, distance) = ((string?)null, int.MaxValue);
        foreach (var name in known)
        {
            var found = Distance(asked.ToLowerInvariant(), name.ToLowerInvariant());
            if (found < distance) (best, distance) = (name, found);
        }

        return distance <= Math.Max(1, asked.Length / 3) ? best : null;
    }

    /// <summary>A sentence's ending: the nearest name, or nothing.</summary>
    public static Text Hint(string asked, IReadOnlyCollection<string> known) => Of(asked, known) switch
    {
        { } name => new($" Gemeint war vielleicht „{name}“.", $" Perhaps “{name}” was meant."),
        null => new("", ""),
    };

    /// <summary>Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.</summary>
    internal static int Distance(string a, string b)
    {
        var rows = new int[3][];
        for (var row = 0; row < 3; row++) rows[row] = new int[b.Length + 1];
        for (var column = 0; column <= b.Length; column++) rows[0][column] = column;
        for (var i = 1; i <= a.Length; i++)
        {
            var (current, previous, before) = (rows[i % 3], rows[(i - 1) % 3], rows[(i + 1) % 3]);
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1] + 1, previous[j] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) current[j] = Math.Min(current[j], before[j - 2] + 1);
            }
        }

        return rows[a.Length % 3][b.Length];
    }
}
