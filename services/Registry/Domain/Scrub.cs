using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Wir.Registry.Domain;

/// <summary>Takes a person out of JSON: whole values become null, mentions within texts a mark.</summary>
public sealed class Scrub
{
    public const string Mark = "[…]";

    private static readonly string[] s_organisation = ["name", "alternateNames", "street", "place"];
    private readonly Regex _mention;

    /// <param name="values">Name, e-mail, phone: what is to go.</param>
    public Scrub(IEnumerable<string> values) => _mention = PersonNotation.Mention(values);

    /// <summary>The text without the person; the same object when there was nothing.</summary>
    public string? Text(string? text)
    {
        if (text is null) return null;
        var composed = PersonNotation.Composed(text);
        if (!_mention.IsMatch(composed)) return text;
        return _mention.Match(composed).Length == composed.Trim().Length ? null : _mention.Replace(composed, Mark);
    }

    /// <summary>The JSON without the person; null when there was nothing.</summary>
    public string? Json(string json)
    {
        var root = JsonNode.Parse(json)!;
        return Walk(root) ? root.ToJsonString(Data.StoredJson.Options) : null;
    }

    private bool Walk(JsonNode node)
    {
        var found = false;
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToArray())
                {
                    if (value is null || IsOrganisation(members, name)) continue;
                    found |= Value(value, text => members[name] = text);
                }

                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    var place = i;
                    if (items[i] is { } value) found |= Value(value, text => items[place] = text ?? Mark);
                }

                break;
        }

        return found;
    }

    private bool Value(JsonNode value, Action<string?> replace)
    {
        if (value is not JsonValue scalar) return Walk(value);
        if (!scalar.TryGetValue<string>(out var text) || Text(text) is var clean && clean == text) return false;
        replace(clean);
        return true;
    }

    /// <summary>A name of an organisation or a street may contain a person's; it stays. Persons' own rows are deleted, not scrubbed.</summary>
    private static bool IsOrganisation(JsonObject owner, string name) => s_organisation.Contains(name) && !owner.ContainsKey("legalBasis");
}
