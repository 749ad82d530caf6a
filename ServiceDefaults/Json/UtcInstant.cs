using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wir.ServiceDefaults.Json;

/// <summary>Instants as RFC 3339 in UTC with <c>Z</c>: one instant, one text, whichever program wrote it.</summary>
public sealed class UtcInstant : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);
}
