using System.ComponentModel.DataAnnotations;

namespace Wir.Gateway.Clients;

/// <summary>A client as operators see it.</summary>
/// <param name="Id">Identifier; tokens name it as <c>client:{id}</c>.</param>
/// <param name="Version">Counts changes; compared by <c>If-Match</c>.</param>
/// <param name="Name">Unique name.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Areas">For which areas, all below them included.</param>
/// <param name="RequestsPerMinute">Its own limit; null = the usual one.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was changed last.</param>
/// <param name="RevokedAt">Since when it is shut out.</param>
/// <param name="Keys">Its keys, without their secrets.</param>
public sealed record ClientView(
    Guid Id, int Version, string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string> Areas, int? RequestsPerMinute,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? RevokedAt, IReadOnlyList<KeyView> Keys)
{
    internal static ClientView Of(ApiClient client) => new(
        client.Id, client.Version, client.Name, client.Scopes, client.Areas, client.RequestsPerMinute, client.CreatedAt, client.UpdatedAt, client.RevokedAt,
        [.. client.Keys.OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal).Select(KeyView.Of)]);
}

/// <param name="Id">The part between the underscores of <c>wir_{id}_{secret}</c>.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends; null = never by itself.</param>
/// <param name="RevokedAt">Since when it is refused.</param>
public sealed record KeyView(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt)
{
    internal static KeyView Of(ApiKey key) => new(key.Id, key.CreatedAt, key.ExpiresAt, key.RevokedAt);
}

/// <summary>A key with its secret: shown this once.</summary>
/// <param name="Id">The key's id.</param>
/// <param name="Key">What goes into <c>X-Api-Key</c>. It is not kept and cannot be shown again.</param>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record NewKey(string Id, string Key, DateTimeOffset? ExpiresAt);

/// <param name="Client">The client.</param>
/// <param name="Key">Its first key.</param>
public sealed record CreatedClient(ClientView Client, NewKey Key);

/// <summary>What can be said about a client.</summary>
public sealed record ClientDraft
{
    /// <summary>Letters, digits, hyphen and dot.</summary>
    [Required]
    [StringLength(60, MinimumLength = 3)]
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9.-]*")]
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Keys of the areas for which it may do so.</summary>
    public IReadOnlyList<string> Areas { get; init; } = [];

    /// <summary>Its own limit; null = the usual one.</summary>
    [Range(1, 1_000_000)]
    public int? RequestsPerMinute { get; init; }
}

/// <summary>A further key for a client.</summary>
public sealed record KeyDraft
{
    /// <summary>When the new key ends; null = with the key it is made with. It cannot end later than that.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// Minutes for which the client's other keys go on; null = they are left as they are. At least 60, unless the caller
    /// made the client, is the client, or is an operator.
    /// </summary>
    [Range(0, 525_600)]
    public int? OverlapMinutes { get; init; }
}

/// <summary>Who the request comes from, as the platform sees it.</summary>
/// <param name="Subject"><c>client:…</c>, <c>person:…</c> or <c>anonymous</c>.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Areas">For which areas.</param>
public sealed record CallerView(string Subject, IReadOnlyList<string> Scopes, IReadOnlyList<string> Areas);
