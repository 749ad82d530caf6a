using System.Security.Cryptography;
using System.Text;

namespace Wir.Gateway.Clients;

/// <summary>A key as it is kept: the secret's hash alone. As sent: <c>wir_k3v9…_Xb7…</c>.</summary>
public sealed class ApiKey
{
    private const string Prefix = "wir";
    private const string Small = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>The public part.</summary>
    public required string Id { get; init; }

    public required Guid ClientId { get; init; }

    /// <summary>SHA-256 of the secret. The secret is random and long, so a slow hash would guard nothing.</summary>
    public required byte[] Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>A new key, and the text that is shown once and never kept.</summary>
    public static (ApiKey Key, string Text) Create(Guid clientId, DateTimeOffset now, DateTimeOffset? expiresAt = null)
    {
        var id = RandomNumberGenerator.GetString(Small, 16);
        var secret = RandomNumberGenerator.GetString(Letters, 43);
        return (new() { Id = id, ClientId = clientId, Hash = HashOf(secret), CreatedAt = now, ExpiresAt = expiresAt }, $"{Prefix}_{id}_{secret}");
    }

    /// <summary>The parts of a key as sent; false when it cannot be one.</summary>
    public static bool TryParse(string? text, out string id, out string secret)
    {
        (id, secret) = ("", "");
        if (text is not { Length: > 0 and <= 128 } || text.Split('_') is not [Prefix, { Length: > 0 } first, { Length: > 0 } second]) return false;
        (id, secret) = (first, second);
        return true;
    }

    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
