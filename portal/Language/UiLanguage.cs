using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Net.Http.Headers;
using Wir.ServiceDefaults.Texts;

namespace Wir.Portal.Language;

/// <summary>
/// A language that readers may choose: the content comes in it, and the portal's own sentences where it speaks it, else in English.
/// Dates and numbers are written as the sentences are.
/// </summary>
public sealed class UiLanguage
{
    private const string Elsewhere = "en";

    private readonly CultureInfo _culture;
    private readonly ServiceDefaults.Texts.Language _language;

    private UiLanguage(ServiceDefaults.Texts.Language language, UiText text)
    {
        (_language, Text) = (language, text);
        _culture = CultureInfo.GetCultureInfo(text.Language);
        Direction = DirectionOf(text.Language);
    }

    /// <summary>Those that the portal speaks, German first.</summary>
    public static IReadOnlyList<UiLanguage> Spoken { get; } = Load();

    /// <summary>For readers who say nothing of their languages.</summary>
    public static UiLanguage Default { get; } = Spoken.Single(language => language.Tag == Languages.Default);

    private static readonly Dictionary<string, UiLanguage> s_all = Languages.All
        .Select(language => Spoken.FirstOrDefault(one => one.Tag == language.Tag) ?? new UiLanguage(language, TextFor(language.Tag)))
        .ToDictionary(language => language.Tag, StringComparer.OrdinalIgnoreCase);

    public UiText Text { get; }

    /// <summary>BCP 47 tag of the content; first segment of the paths.</summary>
    public string Tag => _language.Tag;

    public string NativeName => _language.NativeName;

    /// <summary>Of the portal's sentences: <c>ltr</c> or <c>rtl</c>.</summary>
    public string Direction { get; }

    /// <summary>Any language of the platform, by its tag.</summary>
    public static UiLanguage? Find(string? tag) => tag is null ? null : s_all.GetValueOrDefault(tag);

    /// <summary>The best one of those offered for an <c>Accept-Language</c> header.</summary>
    public static UiLanguage Negotiate(string? acceptLanguage, IReadOnlyList<UiLanguage> offered)
    {
        if (!StringWithQualityHeaderValue.TryParseList([acceptLanguage ?? ""], out var wanted)) return Default;
        return wanted.Where(one => one.Quality is not 0)
            .OrderByDescending(one => one.Quality ?? 1)
            .Select(one => Languages.TryParse(one.Value.Value, out var language) ? Find(language.Tag) : null)
            .FirstOrDefault(language => language is not null && offered.Contains(language)) ?? Default;
    }

    /// <summary>The name of any language in itself: what its readers recognise.</summary>
    public static string NativeNameOf(string tag) => Languages.TryParse(tag, out var language) ? language.NativeName : tag;

    /// <summary>Writing direction of any language; a value of the attribute <c>dir</c>.</summary>
    public static string DirectionOf(string tag) => Languages.TryParse(tag, out var language) ? language.Direction : "auto";

    public string Format(DateOnly date) => date.ToString(Text.DatePattern, _culture);

    public string Format(decimal number) => number.ToString("#,0.##", _culture);

    private static UiText TextFor(string tag) =>
        (Spoken.FirstOrDefault(one => one.Tag == tag.Split('-')[0]) ?? Spoken.Single(one => one.Tag == Elsewhere)).Text;

    private static List<UiLanguage> Load()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };
        var assembly = typeof(UiLanguage).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("texts/", StringComparison.Ordinal))
            .Select(name => assembly.GetManifestResourceStream(name)!)
            .Select(stream => JsonSerializer.Deserialize<UiText>(stream, options)!)
            .Select(text => new UiLanguage(Languages.All.Single(language => language.Tag == text.Language), text))
            .OrderBy(language => language.Tag == Languages.Default ? 0 : 1).ThenBy(language => language.NativeName, StringComparer.InvariantCulture)];
    }
}
