using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Wir.ServiceDefaults.Http;

/// <summary>What a type says about its members in JSON.</summary>
internal static class JsonMembers
{
    /// <summary>False for computed properties, which a request cannot set.</summary>
    public static bool IsInput(JsonPropertyInfo property) =>
        !property.IsExtensionData && (property.Set is not null || property.AssociatedParameter is not null);

    public static bool TakesNull(JsonPropertyInfo property) =>
        Nullable.GetUnderlyingType(property.PropertyType) is not null || (!property.PropertyType.IsValueType && property.IsSetNullable);

    public static bool IsRequired(JsonPropertyInfo property) =>
        property.IsRequired
        || Attributes(property).OfType<RequiredAttribute>().Any()
        || (property.AssociatedParameter is { HasDefaultValue: false } && !TakesNull(property));

    /// <summary>Attributes of the property and, in a record, of the constructor's parameter.</summary>
    public static IEnumerable<Attribute> Attributes(JsonPropertyInfo property) =>
        Of(property.AttributeProvider).Concat(Of(property.AssociatedParameter?.AttributeProvider)).DistinctBy(attribute => attribute.TypeId);

    private static IEnumerable<Attribute> Of(ICustomAttributeProvider? provider) => provider?.GetCustomAttributes(inherit: true).OfType<Attribute>() ?? [];
}

internal static class JsonText
{
    /// <summary>Text without NUL and without halves of surrogate pairs: neither can be stored or sent on.</summary>
    public static bool TryRead(Func<string?> read, [NotNullWhen(true)] out string? text)
    {
        text = null;
        try
        {
            text = read();
        }
        catch (InvalidOperationException)
        {
            return false;
        }

        return text is not null && !text.Contains('\0', StringComparison.Ordinal);
    }
}
