using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Wir.Registry.Domain;

/// <summary>The secret in a mail's link. Only its hash is kept.</summary>
public static class OneTimeToken
{
    public static (string Token, byte[] Hash) Create()
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (token, HashOf(token));
    }

    public static bool Matches(byte[]? hash, string token) => hash is not null && CryptographicOperations.FixedTimeEquals(hash, HashOf(token));

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
