using Wir.Contracts;

namespace Wir.Gateway.Clients;

internal static class ClientEvents
{
    /// <summary>Names and scopes stay here; the others learn that something changed, and for which area.</summary>
    public static ClientChanged Of(ApiClient client, string change, string? actor = null, string? keyId = null) => new()
    {
        ClientId = client.Id, Change = change, Area = client.Areas is [var area] ? area : null,
        KeyId = keyId, Actor = actor,
    };
}
