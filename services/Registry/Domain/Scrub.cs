using System.Collections.Frozen;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Wir.Registry.Domain;

/// <summary>
/// Takes a person out of JSON: mentions within texts become a mark, a person's own number or address goes. What is left
/// can be saved again: no required value is missing, and what says nothing without the person is removed.
/// </summary>
public sealed class Scrub
{
    public const string Mark = "[…]";

    private static readonly FrozenSet<string> s_organisation = Names("name", "alternateNames", "street", "place");

    /// <summary>What the register itself reads: no texts, although a number in them may look like a phone's.</summary>
    private static readonly FrozenSet<string> s_codes = Names(
        "number", "kind", "area", "scheme", "code", "state", "visibility", "postalCode", "houseNumber", "languages",
        "targetGroups", "accessibility", "dtstart", "tzid", "rrule", "exdates", "confirmedAt", "updatedAt", "submittedAt",
        "reviewedAt", "outcome");

    /// <summary>Values that may be missing; any other becomes a mark.</summary>
    private static readonly FrozenSet<string> s_optional = Names("summary", "description", "email", "phone", "url");

    private readonly string[] _values;
    private readonly Regex _mention;

    /// <param name="values">Name, e-mail, phone: what is to go.</param>
    public Scrub(IEnumerable<string> values)
    {
        _values = [.. values];
        _mention = PersonNotation.Mention(_values);
    }

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
        return Walk(root, isEntry: true) ? root.ToJsonString(Data.StoredJson.Options) : null;
    }

    private static FrozenSet<string> Names(params string[] names) => names.ToFrozenSet(StringComparer.Ordinal);

    /// <param name="node">What to look through.</param>
    /// <param name="isEntry">It is an entry, or the address of one.</param>
    private bool Walk(JsonNode node, bool isEntry = false)
    {
        var found = false;
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToArray())
                {
                    if (value is null || s_codes.Contains(name)) continue;
                    if (isEntry && IsOrganisation(members, name, value)) continue;
                    found |= value switch
                    {
                        JsonArray list => Items(name, list),
                        // Events hold the entry in a member of their own.
                        JsonObject whole => Walk(whole, name == "snapshot" || (isEntry && name == "address")),
                        _ => Member(members, name, value),
                    };
                }

                break;
            case JsonArray items:
                found = Items("", items);
                break;
        }

        return found;
    }

    private bool Items(string name, JsonArray items)
    {
        var found = false;
        for (var i = items.Count - 1; i >= 0; i--)
        {
            if (items[i] is not { } item) continue;
            if (item is not JsonObject whole) found |= Value(item, text => items[i] = text ?? Mark);
            else if (name is "links" or "identifiers" ? Mentions(whole) : Walk(whole))
            {
                found = true;
                if (SaysNothing(name, whole)) items.RemoveAt(i);
            }
        }

        return found;
    }

    private bool Member(JsonObject members, string name, JsonNode value)
    {
        // What an earlier erasure told others: JSON within a text.
        if (name == "data" && TextOf(value) is { } inner && inner.StartsWith('{'))
        {
            if (Json(inner) is not { } clean) return false;
            members[name] = clean;
            return true;
        }

        if (name is not ("email" or "phone" or "url"))
        {
            return Value(value, text => members[name] = text ?? (s_optional.Contains(name) ? null : Mark));
        }

        if (TextOf(value) is not { } address || !IsOf(name, address)) return false;
        members[name] = null;
        return true;
    }

    private bool Value(JsonNode value, Action<string?> replace)
    {
        if (value is not JsonValue) return Walk(value);
        if (TextOf(value) is not { } text || Text(text) is var clean && clean == text) return false;
        replace(clean);
        return true;
    }

    /// <summary>Null for what is no text: an id may hold the digits of a number, too.</summary>
    private static string? TextOf(JsonNode? value) =>
        value is JsonValue scalar && scalar.TryGetValue<string>(out var text) && !Guid.TryParse(text, out _) ? text : null;

    /// <summary>Part of an address or number is nobody's: these are the person's, or they are not.</summary>
    private bool IsOf(string name, string text) => name switch
    {
        "phone" => _values.Any(value =>
            PersonNotation.IsPhone(value) && PersonNotation.OfPhone(value) == PersonNotation.OfPhone(text)),
        "email" => _values.Any(value => value.Contains('@', StringComparison.Ordinal)
            ? PersonNotation.OfEmail(value) == PersonNotation.OfEmail(text)
            : PersonNotation.Mention([value]).IsMatch(text)),
        _ => _mention.IsMatch(PersonNotation.Composed(text)),
    };

    /// <summary>A link or a foreign number with a piece cut out leads nowhere; the court's number is the organisation's.</summary>
    private bool Mentions(JsonObject whole) => !VrNumber.IsScheme((string?)whole["scheme"] ?? "")
        && whole.Any(member => TextOf(member.Value) is { } text && Text(text) != text);

    private static bool SaysNothing(string name, JsonObject whole) =>
        name is "links" or "identifiers" || (name == "contacts" && whole["email"] is null && whole["phone"] is null);

    /// <summary>
    /// The entry's own name, street or place may contain a person's; it stays. Those of its offers' places are texts
    /// like others: who invites people home names themselves there. Persons' own rows are deleted, not scrubbed.
    /// </summary>
    private static bool IsOrganisation(JsonObject owner, string name, JsonNode value) =>
        value is not JsonObject && s_organisation.Contains(name) && !owner.ContainsKey("legalBasis");
}
