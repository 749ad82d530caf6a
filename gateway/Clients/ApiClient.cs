namespace Wir.Gateway.Clients;

/// <summary>A program that uses the platform with keys of its own.</summary>
public sealed class ApiClient
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    public required IReadOnlyList<string> Scopes { get; set; }

    /// <summary>Keys of the areas for which the scopes count.</summary>
    public required IReadOnlyList<string> Areas { get; set; }

    /// <summary>Requests per minute; null = the platform's usual limit.</summary>
    public int? RequestsPerMinute { get; set; }

    public int Version { get; set; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it, as tokens name them; null = the platform, or not noted by an earlier release.</summary>
    public string? CreatedBy { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Set for good: a revoked client does not come back.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    public ICollection<ApiKey> Keys { get; init; } = [];
}
