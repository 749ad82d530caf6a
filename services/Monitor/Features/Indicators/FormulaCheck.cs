using Wir.Monitor.Domain;
using Wir.Monitor.Features.Derived;
using Wir.Monitor.Formulas;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Features.Indicators;

/// <summary>
/// A formula of the catalogue has to be readable, name known indicators, and not lead back to itself; one area owns a
/// limited number of them.
/// </summary>
internal static class FormulaCheck
{
    /// <param name="all">The catalogue, each with every formula that is in force or released.</param>
    /// <param name="code">The indicator.</param>
    /// <param name="content">Its description.</param>
    /// <param name="text">The formula in it.</param>
    /// <param name="most">Indicators with a formula that one area may own.</param>
    public static ProblemCase? Check(
        IReadOnlyList<Methods> all, string code, IndicatorContent content, string text, int most)
    {
        if (!FormulaParser.TryParse(text, out var formula, out var fault)) return Invalid(fault);
        // Each release of an input computes all that follows from it.
        var computed = all.Where(one => one.IsComputed && one.Indicator.Content.Area == content.Area).ToList();
        if (computed.Count >= most && !computed.Exists(one => one.Code == code))
        {
            return Invalid(new(
                $"Dem Gebiet {content.Area} gehören schon {computed.Count} berechnete Indikatoren; erlaubt: {most}.",
                $"The area {content.Area} owns {computed.Count} computed indicators already, {most} are allowed."));
        }

        var inputs = all.ToDictionary(one => one.Code, one => one.Inputs);
        if (formula.Inputs().FirstOrDefault(input => input != code && !inputs.ContainsKey(input)) is { } unknown)
        {
            return Invalid(new($"Den Indikator {unknown} gibt es nicht.", $"There is no indicator {unknown}."));
        }

        inputs[code] = formula.Inputs();
        return Path(inputs, code, code, []) is { } path
            ? Invalid(new($"Die Formel führt auf sich selbst zurück: {path}.", $"The formula leads back to itself: {path}."))
            : null;
    }

    /// <summary><c>E08 → E06 → E08</c>, or null.</summary>
    private static string? Path(Dictionary<string, IReadOnlySet<string>> inputs, string from, string to,
        HashSet<string> seen)
    {
        if (!seen.Add(from) || !inputs.TryGetValue(from, out var read)) return null;
        foreach (var input in read)
        {
            if (input == to) return $"{from} → {to}";
            if (Path(inputs, input, to, seen) is { } rest) return $"{from} → {rest}";
        }

        return null;
    }

    private static ProblemCase Invalid(Text detail) => Problems.InvalidFormula.With(detail, new Fault("/formula", CommonProblems.Faults.InvalidValue, detail));
}
