using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wir.ServiceDefaults.Http;

/// <summary>The names of an enum's values in JSON.</summary>
internal static class JsonEnum
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<string>> s_names = new();

    /// <summary>Null when the type is no enum that is written by name.</summary>
    public static IReadOnlyList<string>? NamesOf(JsonTypeInfo type, JsonSerializerOptions options)
    {
        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        if (!plain.IsEnum || plain.IsDefined(typeof(FlagsAttribute), inherit: false)) return null;
        return s_names.GetOrAdd(plain, static (asked, by) =>
            [.. Enum.GetValues(asked).Cast<object>().Select(value => JsonSerializer.SerializeToElement(value, asked, by)).Select(value => value.ToString())], options);
    }
}
