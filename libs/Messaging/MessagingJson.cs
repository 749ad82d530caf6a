using System.Text.Encodings.Web;
using System.Text.Json;
using Wir.Contracts;
using Wir.ServiceDefaults.Json;

namespace Wir.Messaging;

/// <summary>How contracts are written and read: camelCase, unknown members ignored, umlauts unescaped.</summary>
internal static class MessagingJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcInstant() },
    };

    public static string Write(object value) => JsonSerializer.Serialize(value, value.GetType(), Options);

    public static TEvent Read<TEvent>(EventEnvelope envelope) where TEvent : class, IEvent =>
        envelope.Data.Deserialize<TEvent>(Options) ?? throw new JsonException($"{envelope.Type} {envelope.Id} has no data.");
}
