using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Wir.Registry.Data;

/// <summary>The JSON of columns: camelCase, codes as text. Unknown members are ignored, so that an older program reads what a newer one wrote.</summary>
public static class StoredJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)!;

    /// <summary>An immutable value as a jsonb column: a new value is a change, the same object is none.</summary>
    public static PropertyBuilder<T> HasJson<T>(this PropertyBuilder<T> property) =>
        property.HasColumnType("jsonb").HasConversion(
            new ValueConverter<T, string>(value => Write(value), json => Read<T>(json)),
            new ValueComparer<T>((a, b) => ReferenceEquals(a, b), value => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value), value => value));
}

/// <summary>Enums as the codes the API shows: <c>in-review</c>.</summary>
public sealed class CodeConverter<TEnum>() : ValueConverter<TEnum, string>(value => EnumCodes.Of(value), code => EnumCodes.Parse<TEnum>(code))
    where TEnum : struct, Enum;

/// <summary>Names of enum values in JSON and in the database.</summary>
public static class EnumCodes
{
    public static string Of<TEnum>(TEnum value) where TEnum : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    public static TEnum Parse<TEnum>(string code) where TEnum : struct, Enum => Enum.GetValues<TEnum>().First(value => Of(value) == code);

    /// <summary>False for text that is no code of the enum.</summary>
    public static bool TryParse<TEnum>(string code, out TEnum value) where TEnum : struct, Enum
    {
        var found = Enum.GetValues<TEnum>().Where(candidate => Of(candidate) == code).ToArray();
        value = found.FirstOrDefault();
        return found.Length > 0;
    }
}
