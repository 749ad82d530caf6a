using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Net.Http.Headers;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Texts;

/// <summary>
/// The languages known, with our own data on names, scripts and directions (those of the runtime differ with its ICU) and the aliases
/// under which other systems and offices write them.
/// </summary>
public static class Languages
{
    /// <summary>Language of the offices, last of every fallback chain.</summary>
    public const string Default = "de";

    public static IReadOnlyList<Language> All { get; } =
    [
        new("de", "Deutsch", "Deutsch", "German", "Latn"),
        new("de-simple", "Leichte Sprache", "Leichte Sprache", "Easy German", "Latn"),
        new("en", "English", "Englisch", "English", "Latn"),
        new("fr", "Français", "Französisch", "French", "Latn"),
        new("ar", "العربية", "Arabisch", "Arabic", "Arab"),
        new("fa", "فارسی", "Farsi", "Persian", "Arab"),
        new("prs", "دری", "Dari", "Dari", "Arab"),
        new("uk", "Українська", "Ukrainisch", "Ukrainian", "Cyrl"),
        new("ru", "Русский", "Russisch", "Russian", "Cyrl"),
        new("tr", "Türkçe", "Türkisch", "Turkish", "Latn"),
        new("ro", "Română", "Rumänisch", "Romanian", "Latn"),
        new("pl", "Polski", "Polnisch", "Polish", "Latn"),
        new("bg", "Български", "Bulgarisch", "Bulgarian", "Cyrl"),
        new("ti", "ትግርኛ", "Tigrinya", "Tigrinya", "Ethi"),
        new("so", "Soomaali", "Somali", "Somali", "Latn"),
        new("kmr", "Kurmancî", "Kurdisch (Kurmandschi)", "Kurdish (Kurmanji)", "Latn"),
        new("ckb", "کوردیی ناوەندی", "Kurdisch (Sorani)", "Kurdish (Sorani)", "Arab"),
        new("sq", "Shqip", "Albanisch", "Albanian", "Latn"),
        new("hr", "Hrvatski", "Kroatisch", "Croatian", "Latn"),
        new("sr-Latn", "Srpski", "Serbisch", "Serbian", "Latn"),
        new("am", "አማርኛ", "Amharisch", "Amharic", "Ethi"),
        new("ps", "پښتو", "Paschtu", "Pashto", "Arab"),
        new("ur", "اردو", "Urdu", "Urdu", "Arab"),
        new("es", "Español", "Spanisch", "Spanish", "Latn"),
        new("it", "Italiano", "Italienisch", "Italian", "Latn"),
        new("bs", "Bosanski", "Bosnisch", "Bosnian", "Latn"),
        new("pt", "Português", "Portugiesisch", "Portuguese", "Latn"),
        new("el", "Ελληνικά", "Griechisch", "Greek", "Grek"),
        new("hu", "Magyar", "Ungarisch", "Hungarian", "Latn"),
        new("vi", "Tiếng Việt", "Vietnamesisch", "Vietnamese", "Latn"),
        new("zh-Hans", "简体中文", "Chinesisch", "Chinese", "Hans"),
        new("hi", "हिन्दी", "Hindi", "Hindi", "Deva"),
        new("ka", "ქართული", "Georgisch", "Georgian", "Geor"),
        new("mk", "Македонски", "Mazedonisch", "Macedonian", "Cyrl"),
        new("om", "Afaan Oromoo", "Oromo", "Oromo", "Latn"),
        new("sw", "Kiswahili", "Suaheli", "Swahili", "Latn"),
    ];

    private static readonly FrozenDictionary<string, Language> s_byTag = All.ToFrozenDictionary(language => language.Tag, StringComparer.OrdinalIgnoreCase);

    /// <summary>Other notations, by the canonical tag they mean: ISO 639-2 codes, tags of Integreat, and what Accept-Language holds.</summary>
    private static readonly FrozenDictionary<string, string> s_aliases = new Dictionary<string, string>
    {
        ["ku"] = "kmr", ["ku-Latn"] = "kmr", ["ku-TR"] = "kmr", ["kmr-Latn"] = "kmr", ["ku-Arab"] = "ckb", ["ku-IQ"] = "ckb", ["ckb-Arab"] = "ckb", ["kur"] = "kmr",
        ["fa-AF"] = "prs", ["prs-AF"] = "prs", ["fa-IR"] = "fa", ["pes"] = "fa", ["per"] = "fa", ["fas"] = "fa",
        ["de-easy"] = "de-simple", ["de-leicht"] = "de-simple", ["de-x-simple"] = "de-simple", ["de-1996-x-leicht"] = "de-simple", ["de-si"] = "de-simple",
        ["sr"] = "sr-Latn", ["sr-RS"] = "sr-Latn", ["sr-Cyrl"] = "sr-Latn", ["sh"] = "sr-Latn", ["srp"] = "sr-Latn",
        ["zh"] = "zh-Hans", ["zh-CN"] = "zh-Hans", ["cmn"] = "zh-Hans", ["zh-SG"] = "zh-Hans",
        ["ger"] = "de", ["deu"] = "de", ["eng"] = "en", ["fre"] = "fr", ["fra"] = "fr", ["ara"] = "ar", ["arb"] = "ar", ["ukr"] = "uk", ["ua"] = "uk",
        ["rus"] = "ru", ["tur"] = "tr", ["rum"] = "ro", ["ron"] = "ro", ["mo"] = "ro", ["pol"] = "pl", ["bul"] = "bg", ["tir"] = "ti", ["som"] = "so",
        ["alb"] = "sq", ["sqi"] = "sq", ["hrv"] = "hr", ["amh"] = "am", ["pus"] = "ps", ["pbt"] = "ps", ["urd"] = "ur", ["spa"] = "es", ["ita"] = "it",
        ["bos"] = "bs", ["por"] = "pt", ["orm"] = "om", ["gaz"] = "om", ["swa"] = "sw",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The language a tag means: a known tag, an alias, or the nearest known one when subtags are left off (<c>ar-SY</c> is <c>ar</c>).
    /// Case does not matter.
    /// </summary>
    public static bool TryParse(string? tag, [NotNullWhen(true)] out Language? language)
    {
        language = null;
        // RFC 5646 recommends room for 35 characters; nothing longer means a language of ours.
        if (tag is null || tag.Length > 35) return false;
        for (var rest = tag.Trim().Replace('_', '-'); rest.Length > 0;)
        {
            if (s_byTag.TryGetValue(rest, out language)) return true;
            if (s_aliases.TryGetValue(rest, out var canonical)) return s_byTag.TryGetValue(canonical, out language);
            // Only what is well-formed has subtags to leave off: "en-§" is no English.
            var cut = rest.LastIndexOf('-');
            if (cut < 0 || !IsSubtag(rest.AsSpan(cut + 1))) return false;
            rest = rest[..cut];
        }

        return false;
    }

    /// <summary>As <see cref="TryParse"/>, with the problem to answer with: WIR-COM-0022, naming the nearest known tag.</summary>
    public static Outcome<Language> Parse(string tag, string parameter = "?lang")
    {
        if (TryParse(tag, out var language)) return language;
        var shown = tag.Length > 40 ? tag[..40] + "…" : tag;
        var known = All.Select(candidate => candidate.Tag).Concat(s_aliases.Keys).ToArray();
        var hint = Nearest.Hint(tag, known);
        var problem = CommonProblems.UnknownLanguage.With(
            new($"Die Sprache „{shown}“ ist unbekannt.{hint.De}", $"The language “{shown}” is not known.{hint.En}"),
            new Fault(parameter, CommonProblems.UnknownLanguage.Code, new("Erwartet wird ein Kürzel nach BCP 47.", "A BCP 47 tag is expected.")));
        return Nearest.Of(tag, known) is { } nearest ? problem.Add("nearest", nearest) : problem;
    }

    /// <summary>The first of the header's languages (by weight) that is known; null when none is.</summary>
    public static Language? FromAcceptLanguage(string? header)
    {
        if (string.IsNullOrEmpty(header) || !StringWithQualityHeaderValue.TryParseList([header], out var wanted)) return null;
        // OrderBy keeps the order of equals, which is the reader's order of preference.
        return wanted.Where(value => value.Quality is not 0).OrderByDescending(value => value.Quality ?? 1)
            .Select(value => TryParse(value.Value.ToString(), out var language) ? language : null).FirstOrDefault(language => language is not null);
    }

    private static bool IsSubtag(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character)) return false;
        }

        return text.Length is >= 1 and <= 8;
    }
}
