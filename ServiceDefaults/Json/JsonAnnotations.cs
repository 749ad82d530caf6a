using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>Checks the DataAnnotations of a value and of everything in it, and collects every fault.</summary>
internal sealed class JsonAnnotations(JsonSerializerOptions options)
{
    private readonly List<Fault> _faults = [];

    public IReadOnlyList<Fault> Faults => _faults;

    public void Check(object? value, JsonTypeInfo type) => Walk(value, type, "");

    private void Walk(object? value, JsonTypeInfo type, string pointer)
    {
        if (value is null || _faults.Count >= JsonLimits.MaxFaults) return;
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                // What is behind a base type has members of its own.
                Object(value, value.GetType() == type.Type ? type : options.GetTypeInfo(value.GetType()), pointer);
                break;
            case JsonTypeInfoKind.Dictionary when value is IDictionary entries:
                var entryType = options.GetTypeInfo(type.ElementType!);
                foreach (DictionaryEntry entry in entries)
                {
                    Walk(entry.Value, entryType, JsonSyntax.Append(pointer, Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? ""));
                }

                break;
            case JsonTypeInfoKind.Enumerable when value is IEnumerable items:
                var (itemType, index) = (options.GetTypeInfo(type.ElementType!), 0);
                foreach (var item in items) Walk(item, itemType, JsonSyntax.Append(pointer, index++));
                break;
        }
    }

    private void Object(object owner, JsonTypeInfo type, string pointer)
    {
        foreach (var property in type.Properties.Where(property => property.Get is not null && JsonMembers.IsInput(property)))
        {
            var (value, place) = (property.Get!(owner), JsonSyntax.Append(pointer, property.Name));
            foreach (var attribute in JsonMembers.Attributes(property).OfType<ValidationAttribute>())
            {
                if (attribute.GetValidationResult(value, new ValidationContext(owner) { MemberName = property.Name }) is { } failed) _faults.Add(FaultOf(place, attribute, value, failed));
            }

            Walk(value, options.GetTypeInfo(property.PropertyType), place);
        }
    }

    private static Fault FaultOf(string pointer, ValidationAttribute attribute, object? value, ValidationResult failed)
    {
        var (code, detail) = attribute switch
        {
            RequiredAttribute => (CommonProblems.Faults.MissingMember, new("Die Angabe fehlt oder ist leer.", "The value is missing or empty.")),
            MaxLengthAttribute { Length: var most } => TooLong(most),
            StringLengthAttribute { MaximumLength: var most } when Size(value) > most => TooLong(most),
            LengthAttribute { MaximumLength: var most } when Size(value) > most => TooLong(most),
            MinLengthAttribute { Length: var least } => TooShort(least),
            StringLengthAttribute { MinimumLength: var least } => TooShort(least),
            LengthAttribute { MinimumLength: var least } => TooShort(least),
            RangeAttribute { Minimum: var from, Maximum: var to } => Invalid(new($"Erlaubt ist {Show(from)} bis {Show(to)}.", $"Allowed is {Show(from)} to {Show(to)}.")),
            AllowedValuesAttribute { Values: var allowed } => OneOf(allowed),
            EmailAddressAttribute => Invalid(new("Das ist keine E-Mail-Adresse.", "This is not an e-mail address.")),
            UrlAttribute => Invalid(new("Das ist keine Internetadresse (http, https).", "This is not a web address (http, https).")),
            PhoneAttribute => Invalid(new("Das ist keine Telefonnummer.", "This is not a telephone number.")),
            RegularExpressionAttribute => Invalid(new("Die Schreibweise ist nicht zulässig.", "The notation is not allowed.")),
            _ => Invalid(new(failed.ErrorMessage ?? "Ungültig.", failed.ErrorMessage ?? "Invalid.")),
        };
        return new(pointer, code, detail);
    }

    private static (string Code, Text Detail) Invalid(Text detail) => (CommonProblems.Faults.InvalidValue, detail);

    private static (string Code, Text Detail) TooLong(int most) =>
        (CommonProblems.Faults.TooLong, new($"Höchstens {most} sind erlaubt.", $"At most {most} are allowed."));

    private static (string Code, Text Detail) TooShort(int least) => Invalid(new($"Mindestens {least} sind nötig.", $"At least {least} are needed."));

    private static (string Code, Text Detail) OneOf(object?[] allowed)
    {
        var list = string.Join(", ", allowed.Select(Show));
        return Invalid(new($"Erlaubt ist eines von: {list}.", $"Allowed is one of: {list}."));
    }

    private static int Size(object? value) => value switch { string text => text.Length, ICollection items => items.Count, _ => 0 };

    private static string Show(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
