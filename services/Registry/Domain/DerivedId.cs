using System.Security.Cryptography;
using System.Text;

namespace Wir.Registry.Domain;

/// <summary>
/// Identifiers of things that have none of their own in the register (places, telephones, schedules, terms): UUIDv5 of what they belong to,
/// so that the same thing has the same identifier in every answer and in every release.
/// </summary>
public static class DerivedId
{
    private static readonly byte[] s_namespace = new Guid("6f1d3c1e-6f0a-5b7e-9c58-2f6b4a0d7c11").ToByteArray(bigEndian: true);

    public static Guid Of(string kind, params ReadOnlySpan<string> parts)
    {
        var name = new StringBuilder(kind);
        foreach (var part in parts) name.Append('\n').Append(part);
#pragma warning disable CA5350 // UUIDv5 is defined with SHA-1 (RFC 9562); nothing rests on its strength.
        var hash = SHA1.HashData([.. s_namespace, .. Encoding.UTF8.GetBytes(name.ToString())]);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    public static Guid Of(string kind, Guid owner, params ReadOnlySpan<string> parts) => Of($"{kind}\n{owner:D}", parts);

    /// <summary>An offer at its place, which HSDS counts as a thing of its own.</summary>
    public static Guid OfOfferAtPlace(Guid offer) => Of("service_at_location", offer);
}
