using Wir.Areas;
using Wir.Monitor.Numbers;

namespace Wir.Monitor.Tests;

/// <summary>Random filters and, told independently of how they are read, what they mean.</summary>
internal static class RandomQuestions
{
    /// <summary>An expression of one to three terms with the rule that it stands for.</summary>
    public static (string Expression, Func<string, int, bool> Holds) Filter(Random random, CubeDimension dimension, AreaRegister areas)
    {
        var terms = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Term(random, dimension, areas)).ToArray();
        return (string.Join(',', terms.Select(term => term.Text)), (code, at) => terms.Any(term => term.Holds(code, at)));
    }

    private static (string Text, Func<string, int, bool> Holds) Term(Random random, CubeDimension dimension, AreaRegister areas)
    {
        var (low, high) = (random.Next(dimension.Count), random.Next(dimension.Count));
        if (low > high) (low, high) = (high, low);
        var (a, b, n) = (dimension.Codes[low], dimension.Codes[high], random.Next(0, 6));
        return random.Next(15) switch
        {
            0 => ("*", (_, _) => true),
            1 => ($"{a}..{b}", (_, at) => at >= low && at <= high),
            2 => ($"range({a},{b})", (_, at) => at >= low && at <= high),
            3 => ($"from({a})", (_, at) => at >= low),
            4 => ($"to({a})", (_, at) => at <= low),
            5 => ($"top({n})", (_, at) => at < n),
            6 => ($"bottom({n})", (_, at) => at >= dimension.Count - n),
            7 => ($"latest({n})", (_, at) => at >= dimension.Count - n),
            8 => ($"ge:{a}+le:{b}", (_, at) => at >= low && at <= high),
            9 => ($"ne:{a}", (code, _) => code != a),
            10 => ($"sw:{a[..1]}", (code, _) => code[0] == a[0]),
            11 => ($"co:{a[^1]}", (code, _) => code.Contains(a[^1])),
            12 when dimension.Id == "area" => ($"{a}*", (code, _) => code != a && areas.AncestorsAndSelf(code).Any(area => area.Key == a)),
            13 => ($"{a[..^1]}?", (code, _) => code.Length == a.Length && code[..^1] == a[..^1]),
            _ => (a, (code, _) => code == a),
        };
    }
}
