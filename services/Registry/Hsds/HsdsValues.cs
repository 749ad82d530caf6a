using System.Globalization;
using System.Text.RegularExpressions;
using Wir.ServiceDefaults.Texts;

namespace Wir.Registry.Hsds;

/// <summary>Single values as the schemas of HSDS want them; what cannot be brought into the form is left out.</summary>
internal static partial class HsdsValues
{
    /// <summary>The text in German, else in English, else in whatever there is.</summary>
    public static T? Preferred<T>(IReadOnlyDictionary<string, T> texts) where T : class =>
        texts.GetValueOrDefault(Languages.Default) ?? texts.GetValueOrDefault("en") ?? texts.Values.FirstOrDefault();

    /// <summary>An absolute address in ASCII.</summary>
    public static string? Uri(string? text)
    {
        if (!System.Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0) return null;
        try
        {
            var ascii = new UriBuilder(uri) { Host = uri.IdnHost }.Uri.AbsoluteUri;
            return Uri().IsMatch(ascii) ? ascii : null;
        }
        catch (UriFormatException)
        {
            // A host that no name server can know.
            return null;
        }
    }

    public static string? Email(string? text) => text is not null && Email().IsMatch(text) ? text : null;

    public static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Date(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static IReadOnlyList<T>? OrNull<T>(this IEnumerable<T> values) => values.ToArray() is { Length: > 0 } some ? some : null;

    [GeneratedRegex(@"^https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Uri();

    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$", RegexOptions.CultureInvariant)]
    private static partial Regex Email();
}
