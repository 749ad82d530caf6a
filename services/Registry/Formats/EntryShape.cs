using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wir.Areas;
using Wir.Registry.Codes;
using Wir.Registry.Features.Associations;
using Wir.Registry.Features.Catalogues;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.ServiceDefaults.Texts;

namespace Wir.Registry.Formats;

/// <summary>Which members of an entry are asked for.</summary>
public sealed record EntryMembers(
    [property: Description("Members to give, separated by commas; id (and demo, where it is true) always comes along")] string? Fields,
    [property: Description("Adds labels of codes under expanded: area, kind, categories, languages, targetGroups, accessibility")] string? Expand);

/// <summary>Brings entries into the shape that was asked for.</summary>
public sealed class EntryShape(CodeLists codes, AreaRegister areas)
{
    private static readonly string[] s_members = [.. typeof(AssociationView).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))];
    private static readonly string[] s_expandable = ["area", "kind", "categories", "languages", "targetGroups", "accessibility"];

    public static IEnumerable<Fault> Faults(EntryMembers members) =>
        Unknown("fields", members.Fields, s_members).Concat(Unknown("expand", members.Expand, s_expandable));

    public JsonObject Of(AssociationView entry, EntryMembers members, JsonSerializerOptions options)
    {
        var shaped = JsonSerializer.SerializeToNode(entry, options)!.AsObject();
        if (members.Fields is not null)
        {
            var wanted = Split(members.Fields).Append("id").ToHashSet();
            if (entry.Demo) wanted.Add("demo");
            foreach (var name in shaped.Select(member => member.Key).Where(name => !wanted.Contains(name)).ToArray()) shaped.Remove(name);
        }

        if (Split(members.Expand) is { Length: > 0 } expand) shaped["expanded"] = JsonSerializer.SerializeToNode(Expanded(entry, expand), options);
        return shaped;
    }

    private Dictionary<string, object?> Expanded(AssociationView entry, string[] names) => names.Distinct().ToDictionary(name => name, name => name switch
    {
        "area" => areas.Find(entry.Area) is { } area ? AreaView.Of(area) : null,
        "kind" => Label(codes.Kinds, entry.Kind),
        "categories" => entry.Categories.Select(category => codes.Schemes.Find(category.Scheme) is { } list ? Label(list, category.Code) : new(category.Code, new Dictionary<string, string>())).ToArray(),
        "targetGroups" => entry.TargetGroups.Select(code => Label(codes.TargetGroups, code)).ToArray(),
        "accessibility" => entry.Accessibility.Select(code => Label(codes.Accessibility, code)).ToArray(),
        _ => (object?)entry.Languages.Select(tag => Languages.TryParse(tag, out var language)
            ? new LabelledCode(tag, new Dictionary<string, string> { ["de"] = language.GermanName, ["en"] = language.EnglishName, [language.Tag] = language.NativeName })
            : new LabelledCode(tag, new Dictionary<string, string>())).ToArray(),
    });

    private static LabelledCode Label(CodeList list, string code) =>
        new(code, list.Find(code) is { } entry ? new Dictionary<string, string> { ["de"] = entry.De, ["en"] = entry.En } : []);

    private static IEnumerable<Fault> Unknown(string parameter, string? text, string[] known) =>
        Split(text).Where(name => !known.Contains(name, StringComparer.Ordinal)).Take(20).Select(name =>
        {
            var hint = Nearest.Hint(name, known);
            var shown = name.Length > 40 ? name[..40] + "…" : name;
            return Query.Fault(parameter, new($"„{shown}“ gibt es hier nicht.{hint.De}", $"There is no “{shown}” here.{hint.En}"));
        });

    private static string[] Split(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <param name="Code">The code.</param>
    /// <param name="Label">By BCP 47 tag.</param>
    private sealed record LabelledCode(string Code, IReadOnlyDictionary<string, string> Label);
}
