using System.Buffers.Binary;

namespace Wir.WelcomePackage.Features.Media;

/// <summary>What a file is, found out from itself: names and declared types can lie. Drawings that can hold scripts (SVG) are none of these.</summary>
internal static class PictureType
{
    private static readonly byte[] s_png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The media type; null when it is none that texts can show.</summary>
    public static string? Of(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith(s_png)) return "image/png";
        if (content.Length > 3 && content[0] == 0xFF && content[1] == 0xD8 && content[2] == 0xFF) return "image/jpeg";
        if (content.StartsWith("GIF87a"u8) || content.StartsWith("GIF89a"u8)) return "image/gif";
        return content.Length > 12 && content.StartsWith("RIFF"u8) && content[8..12].SequenceEqual("WEBP"u8) ? "image/webp" : null;
    }

    /// <summary>
    /// Cameras write place, time and owner into JPEG files (segments APP1 to APP15, comments); what shows the picture stays. Content that
    /// cannot be followed to its image data is no JPEG.
    /// </summary>
    public static byte[]? WithoutPrivateData(byte[] content, string type)
    {
        if (type != "image/jpeg") return content;
        using var output = new MemoryStream(content.Length);
        output.Write(content, 0, 2);
        for (var at = 2; at + 4 <= content.Length;)
        {
            if (content[at] != 0xFF) return null;
            var marker = content[at + 1];
            // Image data begin: all that follows belongs to them.
            if (marker == 0xDA)
            {
                output.Write(content, at, content.Length - at);
                return output.ToArray();
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(at + 2)) + 2;
            if (length < 4 || at + length > content.Length) return null;
            // APP2 holds the colours' profile, APP14 how they are coded.
            var isPrivate = marker is (>= 0xE1 and <= 0xEF and not 0xE2 and not 0xEE) or 0xFE;
            if (!isPrivate) output.Write(content, at, length);
            at += length;
        }

        return null;
    }
}
