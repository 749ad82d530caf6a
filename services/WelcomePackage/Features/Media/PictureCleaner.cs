using Microsoft.Extensions.Options;
using SkiaSharp;
using Wir.ServiceDefaults.Errors;

namespace Wir.WelcomePackage.Features.Media;

/// <summary>A picture as it is stored.</summary>
internal sealed record CleanPicture(byte[] Content, string ContentType);

/// <summary>
/// Makes of a file what may be stored: its pixels, upright, written again. All else that files carry (place and author,
/// comments, thumbnails, what follows the end) is never copied, so no list of it has to be complete. A picture that
/// moves keeps its first frame: readers could not stop it.
/// </summary>
internal sealed class PictureCleaner(IOptions<WelcomeOptions> options) : IDisposable
{
    private const int Quality = 90;

    /// <summary>A picture of the largest size needs some 200 MB while it is read, so one is read at a time.</summary>
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>A picture that is too large is refused, and so is a damaged or incomplete one.</summary>
    public Task<Outcome<CleanPicture>> CleanAsync(byte[] content, CancellationToken ct) =>
        CleanAsync(content, isStored: false, ct);

    /// <summary>
    /// A picture that readers have been shown already: one that is too large is made smaller, and of an incomplete JPEG
    /// what is there is kept.
    /// </summary>
    public Task<Outcome<CleanPicture>> CleanStoredAsync(byte[] content, CancellationToken ct) =>
        CleanAsync(content, isStored: true, ct);

    private async Task<Outcome<CleanPicture>> CleanAsync(byte[] content, bool isStored, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            return Clean(content, isStored);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private Outcome<CleanPicture> Clean(byte[] content, bool isStored)
    {
        if (PictureType.Of(content) is not { } format) return Unsupported;
        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(data);
        if (codec is null || codec.EncodedFormat != format) return Unreadable;
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        // The header alone says how large it is: what would not fit is never unpacked.
        if (!isStored && !Fits(width, height, Most)) return TooLarge(width, height);
        var alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Premul;
        using var colours = SKColorSpace.CreateSrgb();
        var whole = new SKImageInfo(width, height, SKColorType.Rgba8888, alpha, colours);
        using var read = isStored ? ReadStored(codec, whole) : Read(codec, whole, isStored: false);
        if (read is null) return Unreadable;
        using var upright = Upright(read, codec.EncodedOrigin);
        return Encode(upright ?? read, format) is { } written ? written : Unreadable;
    }

    private long Most => options.Value.MaxMediumPixels;

    private static bool Fits(int width, int height, long pixels) => (long)width * height <= pixels;

    private static SKBitmap? Read(SKCodec codec, SKImageInfo info, bool isStored)
    {
        var read = new SKBitmap();
        if (read.TryAllocPixels(info))
        {
            var result = codec.GetPixels(read.Info, read.GetPixels());
            // Less than the whole picture is no success: a file that ends early is refused.
            if (result == SKCodecResult.Success) return read;
            if (isStored && result == SKCodecResult.IncompleteInput
                && codec.EncodedFormat == SKEncodedImageFormat.Jpeg)
            {
                return read;
            }
        }

        read.Dispose();
        return null;
    }

    /// <summary>JPEG and WebP are unpacked smaller where need be; others are made smaller afterwards.</summary>
    private SKBitmap? ReadStored(SKCodec codec, SKImageInfo whole)
    {
        var info = whole;
        for (var eighths = 7; eighths > 0 && !Fits(info.Width, info.Height, Most); eighths--)
        {
            var size = codec.GetScaledDimensions(eighths / 8f);
            info = whole.WithSize(size.Width, size.Height);
        }

        if (Fits(info.Width, info.Height, Most)) return Read(codec, info, isStored: true);
        // Unpacked whole, it may need twice the memory of the largest picture, and no more.
        if (!Fits(whole.Width, whole.Height, 2 * Most)) return null;
        using var large = Read(codec, whole, isStored: true);
        return large is null ? null : Smaller(large);
    }

    private SKBitmap? Smaller(SKBitmap large)
    {
        var scale = Math.Sqrt(Most / ((double)large.Width * large.Height));
        var (width, height) = (Math.Max(1, (int)(large.Width * scale)), Math.Max(1, (int)(large.Height * scale)));
        var small = new SKBitmap();
        if (small.TryAllocPixels(large.Info.WithSize(width, height))
            && large.ScalePixels(small, new SKSamplingOptions(SKFilterMode.Linear)))
        {
            return small;
        }

        small.Dispose();
        return null;
    }

    /// <summary>The picture as its camera meant it to be seen; null when it is that already.</summary>
    private static SKBitmap? Upright(SKBitmap picture, SKEncodedOrigin origin)
    {
        var (w, h) = (picture.Width, picture.Height);
        SKMatrix? turn = origin switch
        {
            SKEncodedOrigin.TopRight => Matrix(-1, 0, w, 0, 1, 0),
            SKEncodedOrigin.BottomRight => Matrix(-1, 0, w, 0, -1, h),
            SKEncodedOrigin.BottomLeft => Matrix(1, 0, 0, 0, -1, h),
            SKEncodedOrigin.LeftTop => Matrix(0, 1, 0, 1, 0, 0),
            SKEncodedOrigin.RightTop => Matrix(0, -1, h, 1, 0, 0),
            SKEncodedOrigin.RightBottom => Matrix(0, -1, h, -1, 0, w),
            SKEncodedOrigin.LeftBottom => Matrix(0, 1, 0, -1, 0, w),
            _ => null,
        };
        if (turn is not { } matrix) return null;
        var isTurned = origin >= SKEncodedOrigin.LeftTop;
        var upright = new SKBitmap(picture.Info.WithSize(isTurned ? h : w, isTurned ? w : h));
        using var canvas = new SKCanvas(upright);
        canvas.Clear(SKColors.Transparent);
        canvas.SetMatrix(in matrix);
        canvas.DrawBitmap(picture, 0, 0, SKSamplingOptions.Default);
        return upright;
    }

    private static SKMatrix Matrix(float scaleX, float skewX, float x, float skewY, float scaleY, float y) =>
        new(scaleX, skewX, x, skewY, scaleY, y, 0, 0, 1);

    /// <summary>A photo stays a photo; a GIF becomes a PNG, which shows the same.</summary>
    private static CleanPicture? Encode(SKBitmap picture, SKEncodedImageFormat format)
    {
        var (target, type) = format switch
        {
            SKEncodedImageFormat.Jpeg => (format, "image/jpeg"),
            SKEncodedImageFormat.Webp => (format, "image/webp"),
            _ => (SKEncodedImageFormat.Png, "image/png"),
        };
        using var written = picture.Encode(target, Quality);
        return written is null ? null : new(written.ToArray(), type);
    }

    private static ProblemCase Unsupported => Problems.UnsupportedMedium.With(new(
        "Erlaubt sind PNG, JPEG, GIF und WebP; diese Datei ist nichts davon.",
        "PNG, JPEG, GIF and WebP are supported; this file is none of them."));

    private static ProblemCase Unreadable => Invalid(CommonProblems.Faults.InvalidValue, new(
        "Das Bild ist beschädigt oder unvollständig.", "The picture is damaged or incomplete."));

    private ProblemCase TooLarge(int width, int height) => Invalid(CommonProblems.Faults.TooLong, new(
        $"Das Bild hat {width} × {height} Bildpunkte; höchstens {options.Value.MaxMediumPixels} sind erlaubt.",
        $"The picture has {width} × {height} pixels; the limit is {options.Value.MaxMediumPixels}."));

    private static ProblemCase Invalid(string code, Text detail) =>
        CommonProblems.InvalidValues.With(detail, new Fault("/file", code, detail));
}
