using System.Buffers.Binary;
using System.Text;
using SkiaSharp;

namespace Wir.WelcomePackage.Tests;

/// <summary>Real pictures that carry what cameras and programs write into them.</summary>
internal static class Pictures
{
    /// <summary>Stands for a place, an author, a thumbnail.</summary>
    public const string Secret = "GEHEIM-51.27N";

    private static readonly byte[] s_secret = Encoding.ASCII.GetBytes(Secret);

    /// <summary>Twice as wide as high, red on the left and blue on the right.</summary>
    public static byte[] Plain(SKEncodedImageFormat format, int width = 40, int height = 20)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.Red);
        using var blue = new SKPaint { Color = SKColors.Blue };
        canvas.DrawRect(width / 2, 0, width / 2, height, blue);
        return bitmap.Encode(format, 90).ToArray();
    }

    /// <summary>A JPEG with EXIF (an orientation among it), XMP, IPTC, a comment, and bytes after its end.</summary>
    public static byte[] Photo(byte orientation)
    {
        // Little-endian TIFF with one entry: tag 0x0112, SHORT, 1 value.
        byte[] exif = [.. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0,
            0, 0, .. s_secret];
        byte[] xmp = [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. s_secret];
        byte[] iptc = [.. "Photoshop 3.0\0"u8, .. s_secret];
        var plain = Plain(SKEncodedImageFormat.Jpeg);
        return [.. plain[..2], .. Part(0xE1, exif), .. Part(0xE1, xmp), .. Part(0xED, iptc), .. Part(0xFE, s_secret),
            .. plain[2..], .. s_secret];

        static byte[] Part(byte marker, byte[] content) =>
            [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];
    }

    /// <summary>A PNG with text chunks before its pixels, and bytes after its end.</summary>
    public static byte[] Png()
    {
        var plain = Plain(SKEncodedImageFormat.Png);
        // Signature and IHDR: 8 + 25 bytes.
        return [.. plain[..33], .. Chunk("tEXt", [.. "Author\0"u8, .. s_secret]), .. Chunk("eXIf", s_secret),
            .. plain[33..], .. s_secret];

        static byte[] Chunk(string type, byte[] content)
        {
            byte[] named = [.. Encoding.ASCII.GetBytes(type), .. content];
            var (length, crc) = (new byte[4], new byte[4]);
            BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
            BinaryPrimitives.WriteUInt32BigEndian(crc, Crc(named));
            return [.. length, .. named, .. crc];
        }
    }

    /// <summary>A WebP with an XMP chunk, and bytes after its end.</summary>
    public static byte[] Webp()
    {
        var plain = Plain(SKEncodedImageFormat.Webp);
        byte[] xmp = [.. "XMP "u8, (byte)(s_secret.Length + 1), 0, 0, 0, .. s_secret, 0];
        byte[] whole = [.. plain, .. xmp, .. s_secret, 0];
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(4), plain.Length + xmp.Length - 8);
        return whole;
    }

    /// <summary>A GIF of one point with a comment, and bytes after its end.</summary>
    public static byte[] Gif()
    {
        var plain = Convert.FromBase64String("R0lGODlhAQABAIAAAP8AAP///ywAAAAAAQABAAACAkQBADs=");
        byte[] comment = [0x21, 0xFE, (byte)s_secret.Length, .. s_secret, 0];
        // Header, screen and a table of two colours: 19 bytes.
        return [.. plain[..19], .. comment, .. plain[19..], .. s_secret];
    }

    /// <summary>A PNG whose header promises more points than there may be.</summary>
    public static byte[] Bomb()
    {
        var png = Plain(SKEncodedImageFormat.Png);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 30_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 30_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc(png.AsSpan(12, 17)));
        return png;
    }

    /// <summary>The checksum of PNG's chunks.</summary>
    private static uint Crc(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        foreach (var one in content)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }

        return ~crc;
    }

    public static bool HoldsSecret(byte[] content) => content.AsSpan().IndexOf("GEHEIM"u8) >= 0;

    /// <summary>Size, and the colours of the corners at the top left and the bottom right.</summary>
    public static (int Width, int Height, string First, string Last) Look(byte[] content)
    {
        using var bitmap = SKBitmap.Decode(content);
        return (bitmap.Width, bitmap.Height, Name(bitmap.GetPixel(1, 1)),
            Name(bitmap.GetPixel(bitmap.Width - 2, bitmap.Height - 2)));

        static string Name(SKColor colour) => colour.Red > 200 ? "red" : colour.Blue > 200 ? "blue" : colour.ToString();
    }
}
