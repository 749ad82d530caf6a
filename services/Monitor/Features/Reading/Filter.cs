using System.Globalization;
using System.Text.RegularExpressions;
using Wir.Areas;
using Wir.Monitor.Domain;
using Wir.Monitor.Numbers;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Monitor.Features.Reading;

/// <summary>
/// Chooses categories of a dimension. Terms joined by commas add up; terms of one element joined by <c>+</c> must all hold:
/// <c>*</c>, <c>06635*</c> (all below an area), <c>0-?</c>, <c>2015..2024</c>, <c>from(x)</c>, <c>to(x)</c>, <c>range(x,y)</c>, <c>top(n)</c>,
/// <c>bottom(n)</c>, <c>latest(n)</c>, <c>benchmark(06635)</c> (an area with what it is compared with), and SDMX's <c>eq: ne: lt: le: gt: ge: sw: ew: co: nc:</c>.
/// </summary>
internal sealed partial class Filter(CubeDimension dimension, AreaRegister areas, string periodicity, IReadOnlyCollection<string>? knownCodes, ComparisonAreas? comparison = null)
{
    private const int MaxTerms = 2000;

    private bool IsTime => dimension.Id is "year" or "period";

    /// <summary>Positions in the dimension's order, each once.</summary>
    /// <exception cref="ProblemException">A term cannot be read, or names what does not exist.</exception>
    public int[] Select(string expression)
    {
        var chosen = new bool[dimension.Count];
        var terms = Split(expression);
        if (terms.Count > MaxTerms) throw Invalid(new($"Höchstens {MaxTerms} Angaben sind erlaubt.", $"At most {MaxTerms} terms are allowed."));
        foreach (var term in terms)
        {
            bool[]? together = null;
            foreach (var part in term.Split('+', ' '))
            {
                var one = Part(part);
                together = together is null ? one : [.. together.Zip(one, (a, b) => a && b)];
            }

            for (var i = 0; i < chosen.Length; i++) chosen[i] |= together![i];
        }

        return [.. Enumerable.Range(0, chosen.Length).Where(i => chosen[i])];
    }

    private bool[] Part(string part)
    {
        if (part.Length == 0) throw Invalid(new("Eine Angabe ist leer.", "A term is empty."));
        if (part == "*") return Where(_ => true);
        if (Operator().Match(part) is { Success: true } match) return Compare(match.Groups[1].Value, match.Groups[2].Value);
        if (Function().Match(part) is { Success: true } call) return Call(call.Groups[1].Value, call.Groups[2].Value.Split(','));
        if (part.Contains("..", StringComparison.Ordinal) && part.Split("..") is [var from, var to]) return Range(from, to);
        if (part.Contains('*', StringComparison.Ordinal) || part.Contains('?', StringComparison.Ordinal)) return Pattern(part);
        var position = PositionOf(part);
        return Where(i => i == position);
    }

    /// <summary>-1 for what exists but has no numbers here.</summary>
    private int PositionOf(string code)
    {
        if (dimension.PositionOf(code) is var position && position >= 0) return position;
        if (IsTime && Periods.Parse(code, periodicity) is { } period) return dimension.PositionOf(period);
        if (dimension.Id == "area")
        {
            return areas.Parse(code).TryGet(out _, out var problem) ? -1 : throw new ProblemException(problem);
        }

        if (knownCodes?.Contains(code) is true) return -1;
        var nearest = Nearest.Of(code, dimension.Codes);
        var shown = code.Length > 40 ? code[..40] + "…" : code;
        throw Invalid(new($"„{shown}“ gibt es hier nicht.{(nearest is null ? "" : $" Gemeint war vielleicht „{nearest}“.")}", $"There is no “{shown}” here.{(nearest is null ? "" : $" Perhaps “{nearest}” was meant.")}"));
    }

    private bool[] Compare(string sign, string value) => sign switch
    {
        "eq" => PositionOf(value) is var equal ? Where(i => i == equal) : [],
        "ne" => PositionOf(value) is var other ? Where(i => i != other) : [],
        "lt" => Where(i => Order(i, value) < 0),
        "le" => Where(i => Order(i, value) <= 0),
        "gt" => Where(i => Order(i, value) > 0),
        "ge" => Where(i => Order(i, value) >= 0),
        "sw" => Where(i => dimension.Codes[i].StartsWith(value, StringComparison.Ordinal)),
        "ew" => Where(i => dimension.Codes[i].EndsWith(value, StringComparison.Ordinal)),
        "co" => Where(i => dimension.Codes[i].Contains(value, StringComparison.Ordinal)),
        _ => Where(i => !dimension.Codes[i].Contains(value, StringComparison.Ordinal)),
    };

    /// <summary>Where a category stands against a code that need not have numbers here, if the dimension is sorted by its codes.</summary>
    private int Order(int position, string code)
    {
        if (dimension.PositionOf(code) is var known && known >= 0) return position.CompareTo(known);
        if (IsTime) return string.CompareOrdinal(dimension.Codes[position], Periods.Parse(code, periodicity) ?? throw NoPeriod(code));
        if (PositionOf(code) < 0 && dimension.Id == "area") return string.CompareOrdinal(dimension.Codes[position], code);
        throw Invalid(new($"„{code}“ hat hier keine Stelle in der Reihenfolge.", $"“{code}” has no place in the order here."));
    }

    private bool[] Range(string from, string to) => (from, to) switch
    {
        ("", "") => Where(_ => true),
        ("", _) => Compare("le", to),
        (_, "") => Compare("ge", from),
        _ => [.. Compare("ge", from).Zip(Compare("le", to), (a, b) => a && b)],
    };

    private bool[] Call(string function, string[] arguments) => (function, arguments) switch
    {
        (ComparisonAreas.Function, [var area]) when dimension.Id == "area" && comparison is not null => Compared(area.Trim()),
        ("from", [var from]) => Compare("ge", from.Trim()),
        ("to", [var to]) => Compare("le", to.Trim()),
        ("range", [var from, var to]) => Range(from.Trim(), to.Trim()),
        ("top", [var n]) => First(Number(n), 0),
        ("top", [var n, var skip]) => First(Number(n), Number(skip)),
        ("bottom" or "latest", [var n]) => Last(Number(n), 0),
        ("bottom", [var n, var skip]) => Last(Number(n), Number(skip)),
        _ => throw Invalid(new("Bekannt sind from(x), to(x), range(x,y), top(n), bottom(n) und latest(n).", "Known are from(x), to(x), range(x,y), top(n), bottom(n) and latest(n).")),
    };

    private bool[] Compared(string key)
    {
        if (!areas.Parse(key).TryGet(out var area, out var problem)) throw new ProblemException(problem);
        var roles = comparison!.Of(area.Key);
        return Where(i => roles.ContainsKey(dimension.Codes[i]));
    }

    private bool[] First(int count, int skip) => Where(i => i >= skip && i < (long)skip + count);

    private bool[] Last(int count, int skip) => Where(i => i < dimension.Count - (long)skip && i >= dimension.Count - (long)skip - count);

    private bool[] Pattern(string pattern)
    {
        // 06635*: all below the area, whatever their keys look like; not the area itself.
        if (dimension.Id == "area" && pattern[..^1] is var key && pattern.EndsWith('*') && areas.Find(key) is { } area)
        {
            return Where(i => dimension.Codes[i] != area.Key && areas.IsWithin(dimension.Codes[i], area.Key));
        }

        if (pattern.Length > 60) throw Invalid(new("Das Muster ist zu lang.", "The pattern is too long."));
        return Where(i => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\", StringComparison.Ordinal), dimension.Codes[i], ignoreCase: false));
    }

    private bool[] Where(Func<int, bool> holds)
    {
        var chosen = new bool[dimension.Count];
        for (var i = 0; i < chosen.Length; i++) chosen[i] = holds(i);
        return chosen;
    }

    private int Number(string text) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw Invalid(new("Hier steht eine ganze Zahl.", "A whole number belongs here."));

    private ProblemException NoPeriod(string code) => Invalid(new($"„{code}“ ist hier kein Zeitraum.", $"“{code}” is no period here."));

    private ProblemException Invalid(Text detail) => new(Query.Invalid(dimension.Id, detail));

    /// <summary>At commas, but not within parentheses.</summary>
    private static List<string> Split(string expression)
    {
        var (terms, start, depth) = (new List<string>(), 0, 0);
        for (var i = 0; i <= expression.Length; i++)
        {
            if (i < expression.Length)
            {
                if (expression[i] == '(') depth++;
                if (expression[i] == ')') depth--;
                if (expression[i] != ',' || depth > 0) continue;
            }

            terms.Add(expression[start..i]);
            start = i + 1;
        }

        return terms;
    }

    [GeneratedRegex("^(eq|ne|lt|le|gt|ge|sw|ew|co|nc):(.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Operator();

    [GeneratedRegex(@"^([a-z]+)\((.*)\)$", RegexOptions.CultureInvariant)]
    private static partial Regex Function();
}
