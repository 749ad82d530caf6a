using Microsoft.EntityFrameworkCore;
using Wir.Monitor.Data;
using Wir.Monitor.Formulas;
using Wir.ServiceDefaults.Errors;

namespace Wir.Monitor.Features.Indicators;

/// <summary>A formula of the catalogue has to be readable, name known indicators, and not lead back to itself.</summary>
internal static class FormulaCheck
{
    public static async Task<ProblemCase?> CheckAsync(MonitorDb db, string code, string text, CancellationToken ct)
    {
        if (!FormulaParser.TryParse(text, out var formula, out var fault)) return Invalid(fault);
        var catalogue = (await db.Indicators.AsNoTracking().ToListAsync(ct)).ToDictionary(indicator => indicator.Code, indicator => indicator.Content.Formula);
        if (formula.Inputs().FirstOrDefault(input => input != code && !catalogue.ContainsKey(input)) is { } unknown)
        {
            return Invalid(new($"Den Indikator {unknown} gibt es nicht.", $"There is no indicator {unknown}."));
        }

        catalogue[code] = text;
        return Path(catalogue, code, code, []) is { } path
            ? Invalid(new($"Die Formel führt auf sich selbst zurück: {path}.", $"The formula leads back to itself: {path}."))
            : null;
    }

    /// <summary><c>E08 → E06 → E08</c>, or null.</summary>
    private static string? Path(Dictionary<string, string?> catalogue, string from, string to, HashSet<string> seen)
    {
        if (!seen.Add(from) || catalogue.GetValueOrDefault(from) is not { } text || !FormulaParser.TryParse(text, out var formula, out _)) return null;
        foreach (var input in formula.Inputs())
        {
            if (input == to) return $"{from} → {to}";
            if (Path(catalogue, input, to, seen) is { } rest) return $"{from} → {rest}";
        }

        return null;
    }

    private static ProblemCase Invalid(Text detail) => Problems.InvalidFormula.With(detail, new Fault("/formula", CommonProblems.Faults.InvalidValue, detail));
}
