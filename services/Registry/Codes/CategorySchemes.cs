using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Wir.Registry.Codes;

/// <summary>
/// Schemes by which associations are sorted: the register's own tree, the international ICNPO, and the purposes of § 52 AO. An entry has codes of
/// the first; what they mean in the others is known from the list, and an entry may have codes of the others besides.
/// </summary>
public sealed partial class CategorySchemes
{
    public const string Own = "wir";
    public const string Icnpo = "icnpo";
    public const string Ao52 = "ao52";

    private readonly CodeList _own;
    private readonly FrozenDictionary<string, CodeList> _lists;

    public CategorySchemes(CodeList own, CodeList icnpo, CodeList ao52) =>
        (_own, _lists) = (own, new Dictionary<string, CodeList> { [Own] = own, [Icnpo] = icnpo, [Ao52] = ao52 }.ToFrozenDictionary());

    public IReadOnlyCollection<string> Names => [.. _lists.Keys.Order(StringComparer.Ordinal)];

    public CodeList? Find(string scheme) => _lists.GetValueOrDefault(scheme);

    /// <summary>Keys under which entries of a code or of one below it stand: <c>icnpo:1200</c> and, since it means the same, <c>wir:sport</c>.</summary>
    /// <param name="scheme">A known scheme.</param>
    /// <param name="code">One of its codes.</param>
    public IReadOnlyList<string> KeysWithin(string scheme, string code)
    {
        var codes = _lists[scheme].DescendantsAndSelf(code).ToHashSet();
        var mapped = scheme == Own ? [] : _own.Entries.Where(entry => entry.Mappings.TryGetValue(scheme, out var same) && codes.Contains(same)).Select(entry => $"{Own}:{entry.Code}");
        return [.. codes.Select(within => $"{scheme}:{within}"), .. mapped];
    }

    /// <summary>Whether a scheme that is not known here, and its code, have a form that filters and tables can hold.</summary>
    public static bool IsForeign(string scheme, string code) => Scheme().IsMatch(scheme) && ForeignCode().IsMatch(code);

    [GeneratedRegex("^[a-z][a-z0-9-]{0,39}$", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._/-]{0,79}$", RegexOptions.CultureInvariant)]
    private static partial Regex ForeignCode();
}
