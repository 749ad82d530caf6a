using SkiaSharp;

namespace Wir.WelcomePackage.Features.Media;

/// <summary>
/// What a file is, found out from itself: names and declared types can lie. Only files that begin as one of these four
/// reach a decoder; drawings that can hold scripts (SVG) are none of them.
/// </summary>
internal static class PictureType
{
    private static readonly byte[] s_png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The format that the file begins as; null when it is none that texts can show.</summary>
    public static SKEncodedImageFormat? Of(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith(s_png)) return SKEncodedImageFormat.Png;
        if (content is [0xFF, 0xD8, 0xFF, ..]) return SKEncodedImageFormat.Jpeg;
        if (content.StartsWith("GIF87a"u8) || content.StartsWith("GIF89a"u8)) return SKEncodedImageFormat.Gif;
        var isWebp = content.Length > 12 && content.StartsWith("RIFF"u8) && content[8..12].SequenceEqual("WEBP"u8);
        return isWebp ? SKEncodedImageFormat.Webp : null;
    }
}
