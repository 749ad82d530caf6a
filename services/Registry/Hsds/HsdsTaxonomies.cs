using System.Collections.Frozen;
using Wir.Registry.Codes;
using Wir.Registry.Domain;

namespace Wir.Registry.Hsds;

/// <summary>The register's code lists as taxonomies: what an association does, and for whom.</summary>
public sealed class HsdsTaxonomies
{
    public const string Categories = "wir-categories";
    public const string TargetGroups = "wir-target-groups";

    private readonly FrozenDictionary<Guid, HsdsTaxonomyTerm> _terms;
    private readonly FrozenDictionary<Guid, HsdsTaxonomy> _taxonomies;
    private readonly CodeLists _codes;

    public HsdsTaxonomies(CodeLists codes)
    {
        _codes = codes;
        All =
        [
            Taxonomy(Categories, codes.Categories, "Kategorien des Vereinsverzeichnisses", "Was ein Verein tut, entlang der Handlungsfelder der Integrationsarbeit."),
            Taxonomy(TargetGroups, codes.TargetGroups, "Zielgruppen des Vereinsverzeichnisses", "Für wen ein Verein oder ein Angebot da ist."),
        ];
        Terms = [.. codes.Categories.Entries.Select(entry => Term(All[0], Categories, entry)), .. codes.TargetGroups.Entries.Select(entry => Term(All[1], TargetGroups, entry))];
        _terms = Terms.ToFrozenDictionary(term => term.Id);
        _taxonomies = All.ToFrozenDictionary(taxonomy => taxonomy.Id);
    }

    public IReadOnlyList<HsdsTaxonomy> All { get; }

    public IReadOnlyList<HsdsTaxonomyTerm> Terms { get; }

    public HsdsTaxonomy? FindTaxonomy(Guid id) => _taxonomies.GetValueOrDefault(id);

    public HsdsTaxonomyTerm? Find(Guid id) => _terms.GetValueOrDefault(id);

    public HsdsTaxonomyTerm? Find(string taxonomy, string code) => Find(DerivedId.Of("term", taxonomy, code));

    public static Guid IdOf(string taxonomy) => DerivedId.Of("taxonomy", taxonomy);

    /// <summary>The term's code and those below it: whoever looks for sport finds football.</summary>
    public IReadOnlyList<string> CodesWithin(HsdsTaxonomyTerm term) =>
        [.. (term.Taxonomy == Categories ? _codes.Categories : _codes.TargetGroups).DescendantsAndSelf(term.Code)];

    private static HsdsTaxonomy Taxonomy(string key, CodeList list, string name, string description) => new(IdOf(key), name, description, null, list.Version);

    private static HsdsTaxonomyTerm Term(HsdsTaxonomy taxonomy, string key, CodeEntry entry) => new(
        DerivedId.Of("term", key, entry.Code), entry.Code, entry.De, $"{entry.De} / {entry.En}", entry.Parent is { } parent ? DerivedId.Of("term", key, parent) : null,
        key, "de", taxonomy.Id, taxonomy);
}
