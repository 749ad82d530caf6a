using Wir.Registry.Codes;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Associations;

/// <summary>
/// The filter by category. Codes separated by commas are alternatives; given several times, each has to hold; a code after a minus must not hold.
/// A code counts with everything below it, and is one of the register's own unless its scheme stands before it:
/// <c>category=sport,culture&amp;category=-sport.chess&amp;category=ao52:5</c>.
/// </summary>
internal sealed class CategoryFilter
{
    private const string Parameter = "category";
    private const int MaxCodes = 50;
    private readonly List<Group> _groups = [];

    private CategoryFilter()
    {
    }

    public static Outcome<CategoryFilter> Of(string[]? values, CategorySchemes schemes)
    {
        var (filter, faults) = (new CategoryFilter(), new List<Fault>());
        foreach (var value in values ?? [])
        {
            var group = new Group([], []);
            foreach (var text in value.Split(',', StringSplitOptions.TrimEntries))
            {
                var (plain, isNot) = text.StartsWith('-') ? (text[1..], true) : (text, false);
                if (Keys(plain, schemes, faults) is { } keys) (isNot ? group.Not : group.Any).AddRange(keys);
            }

            filter._groups.Add(group);
        }

        if ((values ?? []).Sum(value => value.Count(character => character == ',') + 1) > MaxCodes)
        {
            faults = [Query.Fault(Parameter, new($"Höchstens {MaxCodes} Codes.", $"At most {MaxCodes} codes."))];
        }

        return faults.Count == 0 ? filter : Query.Invalid(faults);
    }

    public IQueryable<Association> Apply(IQueryable<Association> entries)
    {
        foreach (var group in _groups)
        {
            var (wanted, unwanted) = (group.Any.ToArray(), group.Not.ToArray());
            if (wanted.Length > 0) entries = entries.Where(association => association.Categories.Any(key => wanted.Contains(key)));
            if (unwanted.Length > 0) entries = entries.Where(association => !association.Categories.Any(key => unwanted.Contains(key)));
        }

        return entries;
    }

    private static IReadOnlyList<string>? Keys(string text, CategorySchemes schemes, List<Fault> faults)
    {
        var (scheme, code) = text.Split(':', 2) is [var before, var after] ? (before, after) : (CategorySchemes.Own, text);
        var list = schemes.Find(scheme);
        if (list?.Find(code) is not null) return schemes.KeysWithin(scheme, code);
        var hint = list is null ? Nearest.Hint(scheme, schemes.Names) : Nearest.Hint(code, [.. list.Entries.Select(entry => entry.Code)]);
        var shown = text.Length > 60 ? text[..60] + "…" : text;
        faults.Add(Query.Fault(Parameter, new($"Die Kategorie „{shown}“ ist unbekannt.{hint.De}", $"The category “{shown}” is not known.{hint.En}")));
        return null;
    }

    private sealed record Group(List<string> Any, List<string> Not);
}
