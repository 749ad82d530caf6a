using System.Globalization;
using System.Text;
using Wir.Areas;
using Wir.TestKit;
using Wir.WelcomePackage.Features.Media;
using Wir.WelcomePackage.Html;
using Wir.WelcomePackage.Live;
using Wir.WelcomePackage.Seed;
using Xunit;

namespace Wir.WelcomePackage.Tests.Content;

/// <summary>The start content, as its files say it: complete where it has to be, accessible, dated, and honest about its state.</summary>
[Lane(Lane.Unit)]
public sealed class StartContentTests
{
    private static readonly string[] s_languages = ["de", "en", "uk", "ar", "fa", "tr", "ru", "fr"];
    private static readonly string[] s_chapters = ["first-steps", "emergency", "residence", "advice", "german", "work", "health"];
    private static readonly string s_root = Path.Combine(Welcome.Repository, "seed");
    private static readonly AreaRegister s_areas = AreaRegister.Load(Path.Combine(s_root, "areas"));
    private static readonly SeedFiles s_files = SeedFiles.Read(Path.Combine(s_root, "welcome"), s_areas);

    [Fact]
    public void The_chapters_that_everybody_needs_are_complete_in_eight_languages()
    {
        var chapters = s_files.Pages.GroupBy(ChapterOf).OrderBy(group => group.Key, StringComparer.Ordinal).ToArray();
        var languages = s_files.Pages.SelectMany(page => page.Texts.Keys).Distinct().OrderBy(lang => Array.IndexOf(s_languages, lang) is var index && index < 0 ? 99 : index).ThenBy(lang => lang, StringComparer.Ordinal).ToArray();
        var table = new StringBuilder("Start content, pages with a text\n").Append(CultureInfo.InvariantCulture, $"{"chapter",-18}{"pages",6}");
        foreach (var lang in languages) table.Append(CultureInfo.InvariantCulture, $"{lang,6}");
        foreach (var chapter in chapters)
        {
            table.Append(CultureInfo.InvariantCulture, $"\n{chapter.Key,-18}{chapter.Count(),6}");
            foreach (var lang in languages) table.Append(CultureInfo.InvariantCulture, $"{chapter.Count(page => page.Texts.ContainsKey(lang)),6}");
        }

        Console.WriteLine(table.ToString());
        var missing = s_files.Pages.Where(page => s_chapters.Contains(ChapterOf(page)) && !s_areas.IsWithin(page.Area, "06699")).SelectMany(page => s_languages.Where(lang => !page.Texts.ContainsKey(lang)).Select(lang => $"{page.Key}/{lang}"));
        Assert.Empty(missing);
        Assert.Empty(s_files.Shared.Where(item => item.Kind == "block").SelectMany(item => s_languages.Where(lang => !item.Content.Texts.ContainsKey(lang)).Select(lang => $"{item.Key}/{lang}")));
        Assert.Equal(s_chapters.Order(StringComparer.Ordinal), chapters.Select(chapter => chapter.Key).Intersect(s_chapters).Order(StringComparer.Ordinal));
        Assert.All(s_files.Pages, page => Assert.Contains("de", page.Texts.Keys));
        Assert.True(s_files.Pages.Count >= 60);
    }

    [Fact]
    public void Every_page_names_its_source_and_the_day_it_was_checked()
    {
        Assert.All(s_files.Pages, page => Assert.True(page.Source.Length > 3, page.Key));
        Assert.All(s_files.Pages, page => Assert.InRange(page.CheckedAt, new DateOnly(2026, 1, 1), new DateOnly(2027, 1, 1)));
        Assert.All(s_files.Shared.Where(item => item.Kind == "fact").SelectMany(item => item.Content.Values), value => Assert.False(string.IsNullOrEmpty(value.Source)));
    }

    [Fact]
    public void No_translation_says_that_somebody_approved_it() =>
        Assert.All(s_files.Pages.SelectMany(page => page.Texts.Where(text => text.Key != SeedFiles.SourceLanguage).Select(text => (page.Key, Lang: text.Key, text.Value.Quality))), text =>
            Assert.True(text.Quality is "needs-review" or "machine-translated", $"{text.Key}/{text.Lang} is {text.Quality ?? "approved"}"));

    [Fact]
    public void No_text_has_a_barrier()
    {
        var faults = s_files.Pages.SelectMany(page => page.Texts.Select(text => (At: $"{page.Key}/{text.Key}", Html: text.Value.Text.Body, IsPart: false))
                .Concat(page.Overlays.SelectMany(overlay => overlay.Text.Parts.Select(part => (At: $"{page.Key}/{overlay.Area}/{overlay.Lang}", Html: part.Body, IsPart: true)))))
            .Concat(s_files.Shared.SelectMany(item => item.Content.Texts.Select(text => (At: $"{item.Key}/{text.Key}", Html: text.Value, IsPart: true))))
            .SelectMany(text => Accessibility.FaultsIn(text.Html, text.IsPart, address => MediaCheck.IdOf(address) is not null).Select(fault => $"{text.At}: {fault.En}")
                .Concat(Renderer.MisplacedIn(text.Html).Select(mark => $"{text.At}: {mark}")));

        Assert.Empty(faults);
    }

    [Fact]
    public void Translations_are_cut_as_the_source_is()
    {
        var different = s_files.Pages.SelectMany(page =>
        {
            var source = Blocks.Of(page.Texts[SeedFiles.SourceLanguage].Text.Body).Select(block => block.Id).ToArray();
            return page.Texts.Where(text => !Blocks.Of(text.Value.Text.Body).Select(block => block.Id).SequenceEqual(source)).Select(text => $"{page.Key}/{text.Key}");
        });

        Assert.Empty(different);
    }

    [Fact]
    public void The_second_district_is_fictitious_says_so_and_has_three_municipalities_of_its_own()
    {
        var own = s_areas.DescendantsAndSelf("06699").Select(area => area.Key).ToArray();
        var pages = s_files.Pages.Where(page => own.Contains(page.Area)).ToArray();

        Assert.Equal(4, own.Length);
        Assert.Equal(own.Order(), pages.Select(page => page.Area).Distinct().Order());
        Assert.All(pages, page => Assert.Matches("(?i)erfunden|fiktiv", page.Texts["de"].Text.Title + page.Texts["de"].Text.Summary));
    }

    /// <summary>The page at the top above it.</summary>
    private static string ChapterOf(SeedPage page)
    {
        while (page.Parent is { } parent) page = s_files.Pages.First(one => one.Key == parent);
        return page.Key;
    }
}
