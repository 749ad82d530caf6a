using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Wir.Areas;
using Wir.Gateway.Edge;

namespace Wir.Gateway.Tokens;

/// <summary>
/// Stands for an address with the services, for one day: they count what it leaves and never learn the address. The key
/// is the gateway's, so nobody else can try addresses; without it two days of the same address have nothing in common.
/// </summary>
internal sealed class ReaderPseudonym(SigningKeys keys, TimeProvider time)
{
    /// <summary>A household is often given a /56 of IPv6: 256 networks for one that wants to be many.</summary>
    private const int NetworkBytes = 7;

    public string Of(IPAddress? address)
    {
        // The header's signatures begin with a number: no text is good for both.
        var content = string.Create(CultureInfo.InvariantCulture,
            $"pseudonym {time.Today():uuuu-MM-dd} {Quotas.Network(address, NetworkBytes)}");
        return Base64Url.EncodeToString(HMACSHA256.HashData(keys.Secrets[0], Encoding.UTF8.GetBytes(content))
            .AsSpan(0, 16));
    }
}
