using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Wir.ServiceDefaults.Http;

/// <summary>Strong entity tags: <c>"4-Jd8sK2…"</c>, the version and a hash of the representation (content, language, coding).</summary>
public static class EntityTag
{
    public static EntityTagHeaderValue Of(HttpContext context, long version, ReadOnlySpan<byte> content, string? language)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(content);
        hash.AppendData(Encoding.UTF8.GetBytes($"\n{language}\n{CodingOf(context)}"));
        return Of(version, hash.GetHashAndReset());
    }

    /// <summary>
    /// A tag from a fingerprint instead of the content, where that is known more cheaply; it has to change whenever the content does.
    /// </summary>
    public static EntityTagHeaderValue Of(HttpContext context, long version, string fingerprint, string? language) =>
        Of(context, version, Encoding.UTF8.GetBytes(fingerprint), language);

    /// <summary>The version part of a tag; null when it is none of ours.</summary>
    public static long? VersionOf(EntityTagHeaderValue tag)
    {
        var text = tag.Tag.AsSpan().Trim('"');
        var end = text.IndexOf('-');
        return long.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
    }

    private static EntityTagHeaderValue Of(long version, byte[] hash) =>
        new($"\"{version.ToString(CultureInfo.InvariantCulture)}-{Convert.ToBase64String(hash, 0, 9).Replace('+', '_').Replace('/', '.')}\"");

    /// <summary>The coding that the compression will choose for this request.</summary>
    internal static string CodingOf(HttpContext context)
    {
        var compression = context.RequestServices.GetService<IResponseCompressionProvider>();
        return compression?.CheckRequestAcceptsCompression(context) is true ? compression.GetCompressionProvider(context)?.EncodingName ?? "" : "";
    }
}
