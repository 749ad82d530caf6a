using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>Compares a document with the type it is meant to be and collects every difference.</summary>
internal sealed class JsonShape(JsonSerializerOptions options)
{
    private readonly List<Fault> _faults = [];

    public IReadOnlyList<Fault> Faults => _faults;

    /// <summary>True for a merge patch: nothing is required, and null removes. What may not be missing shows when the patch is applied.</summary>
    public bool IsPatch { get; init; }

    /// <summary>True for what was written from a value before: it also holds what the type computes.</summary>
    public bool AllowsComputed { get; init; }

    public void Check(JsonElement element, JsonTypeInfo type) => Value(element, type, nullable: false, "");

    private void Value(JsonElement element, JsonTypeInfo type, bool nullable, string pointer)
    {
        if (element.ValueKind is JsonValueKind.Null)
        {
            var takesNull = nullable || (IsPatch && pointer.Length > 0) || type.Type == typeof(JsonElement) || type.Type == typeof(JsonNode) || Nullable.GetUnderlyingType(type.Type) is not null;
            if (!takesNull) Add(pointer, CommonProblems.Faults.NotNull, new("Hier darf nicht null stehen.", "Null is not allowed here."));
            return;
        }

        if (type.PolymorphismOptions is not null) return; // Which members exist depends on the discriminator; the serializer decides.
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind is JsonValueKind.Object:
                Object(element, type, pointer);
                break;
            case JsonTypeInfoKind.Dictionary when element.ValueKind is JsonValueKind.Object:
                Dictionary(element, options.GetTypeInfo(type.ElementType!), pointer);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind is JsonValueKind.Array:
                var (elementType, index) = (options.GetTypeInfo(type.ElementType!), 0);
                foreach (var item in element.EnumerateArray()) Whole(item, elementType, JsonSyntax.Append(pointer, index++));
                break;
            case JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary:
                Add(pointer, CommonProblems.Faults.WrongType, JsonExpectation.Object);
                break;
            case JsonTypeInfoKind.Enumerable:
                Add(pointer, CommonProblems.Faults.WrongType, JsonExpectation.Array);
                break;
            default:
                Scalar(element, type, pointer);
                break;
        }
    }

    /// <summary>A list's entries are always whole: a patch replaces the list.</summary>
    private void Whole(JsonElement element, JsonTypeInfo type, string pointer)
    {
        var shape = IsPatch ? new JsonShape(options) : this;
        shape.Value(element, type, nullable: false, pointer);
        if (IsPatch) _faults.AddRange(shape.Faults.Take(JsonLimits.MaxFaults - _faults.Count));
    }

    private void Object(JsonElement element, JsonTypeInfo type, string pointer)
    {
        var known = type.Properties.Where(JsonMembers.IsInput).ToDictionary(property => property.Name, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in Members(element, pointer, seen))
        {
            if (known.TryGetValue(name, out var property))
            {
                Value(value, options.GetTypeInfo(property.PropertyType), JsonMembers.TakesNull(property), JsonSyntax.Append(pointer, name));
            }
            else if (!type.Properties.Any(candidate => candidate.IsExtensionData || (AllowsComputed && candidate.Name == name)))
            {
                var hint = Nearest.Hint(name, known.Keys);
                Add(JsonSyntax.Append(pointer, name), CommonProblems.Faults.UnknownMember, new(
                    $"Die Angabe „{name}“ ist unbekannt.{hint.De}", $"The member “{name}” is not known.{hint.En}"));
            }
        }

        if (IsPatch) return;
        foreach (var missing in known.Values.Where(property => JsonMembers.IsRequired(property) && !seen.Contains(property.Name)))
        {
            Add(JsonSyntax.Append(pointer, missing.Name), CommonProblems.Faults.MissingMember, new(
                $"Die Angabe „{missing.Name}“ fehlt.", $"The member “{missing.Name}” is missing."));
        }
    }

    private void Dictionary(JsonElement element, JsonTypeInfo valueType, string pointer)
    {
        foreach (var (name, value) in Members(element, pointer, new(StringComparer.Ordinal))) Value(value, valueType, nullable: false, JsonSyntax.Append(pointer, name));
    }

    /// <summary>The members once each, with names that are text.</summary>
    private IEnumerable<(string Name, JsonElement Value)> Members(JsonElement element, string pointer, HashSet<string> seen)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (!JsonText.TryRead(() => member.Name, out var name))
            {
                Add(pointer, CommonProblems.Faults.InvalidValue, JsonExpectation.CleanText);
            }
            else if (!seen.Add(name))
            {
                Add(JsonSyntax.Append(pointer, name), CommonProblems.Faults.Duplicate, new($"Die Angabe „{name}“ steht mehrfach da.", $"The member “{name}” is given more than once."));
            }
            else
            {
                yield return (name, member.Value);
            }
        }
    }

    private void Scalar(JsonElement element, JsonTypeInfo type, string pointer)
    {
        if (element.ValueKind is JsonValueKind.String && !JsonText.TryRead(element.GetString, out _))
        {
            Add(pointer, CommonProblems.Faults.InvalidValue, JsonExpectation.CleanText);
            return;
        }

        try
        {
            // The one truth on what a scalar looks like is its converter; for enums it would also take the names used in code.
            if (JsonEnum.NamesOf(type, options) is { } names && !(element.ValueKind is JsonValueKind.String && names.Contains(element.GetString()!)))
            {
                Add(pointer, CommonProblems.Faults.WrongType, JsonExpectation.OneOf(names));
                return;
            }

            element.Deserialize(type);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            Add(pointer, CommonProblems.Faults.WrongType, JsonExpectation.Of(Nullable.GetUnderlyingType(type.Type) ?? type.Type));
        }
    }

    private void Add(string pointer, string code, Text detail)
    {
        if (_faults.Count < JsonLimits.MaxFaults) _faults.Add(new(pointer, code, detail));
    }
}
