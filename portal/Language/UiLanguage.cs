using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Wir.ServiceDefaults.Texts;

namespace Wir.Portal.Language;

/// <summary>A language in which the portal itself speaks: its sentences, its direction, and how it writes dates and numbers.</summary>
public sealed class UiLanguage
{
    private readonly CultureInfo _culture;
    private readonly ServiceDefaults.Texts.Language _language;

    private UiLanguage(UiText text)
    {
        Text = text;
        _culture = CultureInfo.GetCultureInfo(text.Language);
        _language = Languages.All.Single(language => language.Tag == text.Language);
    }

    /// <summary>All of them, German first: the order of the language switch.</summary>
    public static IReadOnlyList<UiLanguage> All { get; } = Load();

    /// <summary>For readers whose languages the portal does not speak.</summary>
    public static UiLanguage Default { get; } = All.Single(language => language.Tag == Languages.Default);

    public UiText Text { get; }

    public string Tag => Text.Language;

    public string NativeName => _language.NativeName;

    /// <summary><c>ltr</c> or <c>rtl</c>.</summary>
    public string Direction => _language.Direction;

    public static UiLanguage? Find(string? tag) =>
        All.FirstOrDefault(language => string.Equals(language.Tag, tag, StringComparison.OrdinalIgnoreCase));

    /// <summary>The language of the portal that suits a content language best: itself, English for strangers, else the default.</summary>
    public static UiLanguage ClosestTo(string tag) => Find(tag.Split('-')[0]) ?? Find("en") ?? Default;

    /// <summary>The best one for an <c>Accept-Language</c> header.</summary>
    public static UiLanguage Negotiate(string? acceptLanguage)
    {
        if (!StringWithQualityHeaderValue.TryParseList([acceptLanguage ?? ""], out var wanted)) return Default;
        return wanted.Where(one => one.Quality is not 0)
            .OrderByDescending(one => one.Quality ?? 1)
            .Select(one => Find(one.Value.Value?.Split('-')[0]))
            .FirstOrDefault(language => language is not null) ?? Default;
    }

    /// <summary>The address without a language leads to the reader's.</summary>
    public static RedirectHttpResult Redirect(HttpContext context)
    {
        context.Response.Headers.Vary = HeaderNames.AcceptLanguage;
        return TypedResults.LocalRedirect($"~/{Negotiate(context.Request.Headers.AcceptLanguage).Tag}/");
    }

    /// <summary>The name of any language in itself: what its readers recognise.</summary>
    public static string NativeNameOf(string tag) => Languages.TryParse(tag, out var language) ? language.NativeName : tag;

    /// <summary>Writing direction of any language; a value of the attribute <c>dir</c>.</summary>
    public static string DirectionOf(string tag) => Languages.TryParse(tag, out var language) ? language.Direction : "auto";

    public string Format(DateOnly date) => date.ToString(Text.DatePattern, _culture);

    public string Format(decimal number) => number.ToString("#,0.##", _culture);

    private static List<UiLanguage> Load()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };
        var assembly = typeof(UiLanguage).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("texts/", StringComparison.Ordinal))
            .Select(name => assembly.GetManifestResourceStream(name)!)
            .Select(stream => new UiLanguage(JsonSerializer.Deserialize<UiText>(stream, options)!))
            .OrderBy(language => language.Tag == Languages.Default ? 0 : 1).ThenBy(language => language.NativeName, StringComparer.InvariantCulture)];
    }
}
