using Wir.WelcomePackage.Features.Pages;

namespace Wir.WelcomePackage.Html;

/// <summary>Compares two texts segment by segment.</summary>
internal static class SegmentDiff
{
    /// <summary>Pairs that are compared at most; texts of people have some hundred segments.</summary>
    private const long MaxPairs = 4_000_000;

    /// <summary>The shortest way from one text to the other; a deletion followed by an insertion is one change.</summary>
    public static IReadOnlyList<DiffLine> Of(IReadOnlyList<Segment> before, IReadOnlyList<Segment> after)
    {
        if ((long)before.Count * after.Count > MaxPairs) return [.. before.Select(one => new DiffLine("delete", one.Html, null)), .. after.Select(one => new DiffLine("insert", null, one.Html))];
        var common = Common(before, after);
        var lines = new List<DiffLine>();
        var (i, j) = (0, 0);
        while (i < before.Count || j < after.Count)
        {
            if (i < before.Count && j < after.Count && before[i].Hash == after[j].Hash) lines.Add(new("equal", before[i++].Html, after[j++].Html));
            else if (j >= after.Count || (i < before.Count && common[i + 1, j] >= common[i, j + 1])) Delete(lines, before[i++].Html);
            else Insert(lines, after[j++].Html);
        }

        return lines;
    }

    private static void Delete(List<DiffLine> lines, string html) => lines.Add(new("delete", html, null));

    private static void Insert(List<DiffLine> lines, string html)
    {
        var gone = lines.FindLastIndex(line => line.Op != "delete") + 1;
        if (gone < lines.Count) lines[gone] = new("change", lines[gone].Before, html);
        else lines.Add(new("insert", null, html));
    }

    /// <summary>How many segments the rests of both texts share, from each pair of places on.</summary>
    private static int[,] Common(IReadOnlyList<Segment> before, IReadOnlyList<Segment> after)
    {
        var common = new int[before.Count + 1, after.Count + 1];
        for (var i = before.Count - 1; i >= 0; i--)
        {
            for (var j = after.Count - 1; j >= 0; j--)
            {
                common[i, j] = before[i].Hash == after[j].Hash ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        return common;
    }
}
