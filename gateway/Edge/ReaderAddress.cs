using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Wir.Gateway.Tokens;

namespace Wir.Gateway.Edge;

/// <summary>
/// The address of the person behind a request that the portal makes. The gateway signs the address into a header when it passes a request to
/// the portal, and the portal sends the header back with its own calls: it needs no secret, and nobody else can name an address.
/// </summary>
internal sealed class ReaderAddress(SigningKeys keys, IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>As in <c>1790000000.2001:db8::1.Qm9v…</c>: until when, whose, signature.</summary>
    public const string Header = "X-Wir-Reader";

    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(2);
    private readonly IPNetwork[] _proxies = [.. options.Value.TrustedProxies.Select(network => IPNetwork.Parse(network))];

    public string Sign(IPAddress address)
    {
        var content = string.Create(CultureInfo.InvariantCulture, $"{(time.GetUtcNow() + s_lifetime).ToUnixTimeSeconds()}.{address}");
        return $"{content}.{Base64Url.EncodeToString(SignatureOf(keys.Secrets[0], content))}";
    }

    /// <summary>The address that the portal or a trusted proxy names; null when the connection's own counts.</summary>
    public IPAddress? Of(HttpContext context)
    {
        if (context.Request.Headers[Header] is [{ Length: < 256 } signed]) return Verify(signed);
        return _proxies.Length > 0 && IsProxy(context.Connection.RemoteIpAddress) ? LastForeign(context.Request.Headers["X-Forwarded-For"].ToString()) : null;
    }

    private IPAddress? Verify(string signed)
    {
        var end = signed.LastIndexOf('.');
        var middle = signed.IndexOf('.', StringComparison.Ordinal);
        if (middle <= 0 || end <= middle || !Base64Url.IsValid(signed.AsSpan(end + 1))) return null;
        var signature = Base64Url.DecodeFromChars(signed.AsSpan(end + 1));
        if (!keys.Secrets.Any(secret => CryptographicOperations.FixedTimeEquals(signature, SignatureOf(secret, signed[..end])))) return null;
        var until = long.Parse(signed.AsSpan(0, middle), CultureInfo.InvariantCulture);
        return until >= time.GetUtcNow().ToUnixTimeSeconds() ? IPAddress.Parse(signed.AsSpan(middle + 1, end - middle - 1)) : null;
    }

    /// <summary>Each proxy appends whom it got the request from; what stands before the last address that is no proxy, anybody could have written.</summary>
    private IPAddress? LastForeign(string forwarded) =>
        forwarded.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Reverse()
            .Select(text => IPAddress.TryParse(text, out var address) ? address : null).FirstOrDefault(address => address is null || !IsProxy(address));

    private bool IsProxy(IPAddress? address)
    {
        if (address is null) return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _proxies.Any(network => network.Contains(plain));
    }

    private static byte[] SignatureOf(byte[] secret, string content) => HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(content));
}
