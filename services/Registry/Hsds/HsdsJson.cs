using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wir.Registry.Hsds;

/// <summary>JSON of the HSDS interface: snake_case; what is not known is left out, since the schemas know no null.</summary>
public static class HsdsJson
{
    private static readonly string s_namespace = typeof(HsdsJson).Namespace!;

    /// <summary>Gives the records of this namespace their own form, in answers as in the OpenAPI document; all others stay as they are.</summary>
    public static void Configure(JsonSerializerOptions options) =>
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(type =>
        {
            if (type.Kind != JsonTypeInfoKind.Object || type.Type.Namespace != s_namespace) return;
            foreach (var property in type.Properties)
            {
                if (property.AttributeProvider is not PropertyInfo member || member.IsDefined(typeof(JsonPropertyNameAttribute))) continue;
                property.Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
                property.ShouldSerialize = static (_, value) => value is not null;
            }
        });
}
