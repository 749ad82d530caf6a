using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Wir.Registry.Tests.Hsds;

/// <summary>Checks answers against <c>hsds-3.0.txt</c>.</summary>
public sealed partial class HsdsDescription
{
    private readonly Dictionary<string, Dictionary<string, Member>> _objects = [];

    private HsdsDescription(IEnumerable<string> lines)
    {
        Dictionary<string, Member> current = [];
        foreach (var line in lines.Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line[0] != ' ')
            {
                _objects.Add(line, current = []);
                continue;
            }

            var words = line.Trim().Split(' ', 2);
            var type = words[1].StartsWith("own ", StringComparison.Ordinal) ? words[1][4..] : words[1];
            current.Add(words[0].TrimEnd('!'), new Member(words[0].EndsWith('!'), type));
        }
    }

    public static HsdsDescription Load() => new(File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Hsds", "hsds-3.0.txt")));

    /// <summary>What is wrong with a page of a list; empty when nothing is.</summary>
    public IReadOnlyList<string> FaultsInPage(JsonElement page, string item)
    {
        var faults = new List<string>();
        Check(page, "page", "", item, faults);
        return faults;
    }

    public IReadOnlyList<string> FaultsIn(JsonElement value, string type)
    {
        var faults = new List<string>();
        Check(value, type, "", type, faults);
        return faults;
    }

    private void Check(JsonElement value, string type, string at, string item, List<string> faults)
    {
        if (type == "item") type = item;
        if (type.StartsWith("list ", StringComparison.Ordinal))
        {
            if (value.ValueKind != JsonValueKind.Array) faults.Add($"{at}: no list");
            else foreach (var (index, element) in value.EnumerateArray().Index()) Check(element, type[5..], $"{at}/{index}", item, faults);
        }
        else if (_objects.TryGetValue(type, out var members))
        {
            CheckObject(value, members, at, item, faults);
        }
        else if (!IsOf(value, type))
        {
            faults.Add($"{at}: {value.GetRawText()} is no {type}");
        }
    }

    private void CheckObject(JsonElement value, Dictionary<string, Member> members, string at, string item, List<string> faults)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            faults.Add($"{at}: no object");
            return;
        }

        faults.AddRange(members.Where(member => member.Value.IsRequired && !value.TryGetProperty(member.Key, out _)).Select(member => $"{at}/{member.Key}: missing"));
        foreach (var property in value.EnumerateObject())
        {
            if (members.TryGetValue(property.Name, out var member)) Check(property.Value, member.Type, $"{at}/{property.Name}", item, faults);
            else faults.Add($"{at}/{property.Name}: unknown");
        }
    }

    private static bool IsOf(JsonElement value, string type)
    {
        if (type == "flag") return value.ValueKind is JsonValueKind.True or JsonValueKind.False;
        if (type is "number" or "whole") return value.ValueKind == JsonValueKind.Number && (type == "number" || value.TryGetInt64(out _));
        if (value.ValueKind != JsonValueKind.String) return false;
        var text = value.GetString()!;
        return type switch
        {
            "text" => true,
            "uuid" => Uuid().IsMatch(text),
            "uri" => Uri.TryCreate(text, UriKind.Absolute, out _) && AsciiUri().IsMatch(text),
            "email" => Email().IsMatch(text),
            "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "time" => TimeOnly.TryParseExact(text, "HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "instant" => Instant().IsMatch(text),
            _ when type.StartsWith("one-of ", StringComparison.Ordinal) => type[7..].Split('|').Contains(text),
            _ => throw new InvalidDataException($"hsds-3.0.txt: '{type}' is no type."),
        };
    }

    private sealed record Member(bool IsRequired, string Type);

    [GeneratedRegex("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    private static partial Regex Uuid();

    [GeneratedRegex("^[a-z]+:[!-~]+$")]
    private static partial Regex AsciiUri();

    [GeneratedRegex("^[!-?A-~]+@[a-z0-9.-]+$", RegexOptions.IgnoreCase)]
    private static partial Regex Email();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex Instant();
}
