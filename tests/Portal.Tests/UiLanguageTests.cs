using Wir.Portal.Language;

namespace Wir.Portal.Tests;

[Lane(Lane.Unit)]
public class UiLanguageTests
{
    private static readonly UiLanguage[] s_offered = [.. UiLanguage.Spoken, UiLanguage.Find("uk")!, UiLanguage.Find("fr")!];

    [Theory]
    [InlineData("ar", "ar")]
    [InlineData("en-GB,en;q=0.8", "en")]
    [InlineData("fr-FR,fr;q=0.9,ar;q=0.5,en;q=0.4", "fr")]
    [InlineData("uk", "uk")]
    [InlineData("xx,uk-UA;q=0.5,de;q=0.4", "uk")]
    [InlineData("en;q=0.2,AR-sy;q=0.9", "ar")]
    [InlineData("en;q=0,de-AT;q=0.1", "de")]
    [InlineData("ti", "de")]
    [InlineData("ti,uk;q=0.5", "uk")]
    [InlineData("not/a=header", "de")]
    [InlineData("", "de")]
    [InlineData(null, "de")]
    public void The_first_language_that_is_offered_is_taken(string? acceptLanguage, string expected)
    {
        Assert.Equal(expected, UiLanguage.Negotiate(acceptLanguage, s_offered).Tag);
    }

    [Theory]
    [InlineData("ar", "ar", "rtl")]
    [InlineData("de-simple", "de", "ltr")]
    [InlineData("uk", "en", "ltr")]
    [InlineData("fa", "en", "ltr")]
    public void Content_in_any_language_has_the_sentences_closest_to_it(string content, string sentences, string direction)
    {
        var language = UiLanguage.Find(content)!;

        Assert.Equal((content, sentences, direction), (language.Tag, language.Text.Language, language.Direction));
        Assert.Null(UiLanguage.Find("xx"));
    }

    [Theory]
    [InlineData("de", "2. Mai 2026")]
    [InlineData("en", "2 May 2026")]
    [InlineData("ar", "2 مايو 2026")]
    public void A_date_is_written_as_the_language_writes_it(string tag, string expected)
    {
        Assert.Equal(expected, UiLanguage.Find(tag)!.Format(new DateOnly(2026, 5, 2)));
    }

    [Theory]
    [InlineData("ar", "rtl")]
    [InlineData("prs", "rtl")]
    [InlineData("ckb", "rtl")]
    [InlineData("uk", "ltr")]
    [InlineData("not a tag", "auto")]
    public void The_direction_of_a_text_follows_its_language(string tag, string expected)
    {
        Assert.Equal(expected, UiLanguage.DirectionOf(tag));
    }

    [Fact]
    public void Every_sentence_is_written_in_every_language()
    {
        var sentences = typeof(UiText).GetProperties().Where(property => property.PropertyType == typeof(string));

        var empty = from sentence in sentences
                    from language in UiLanguage.Spoken
                    where string.IsNullOrWhiteSpace((string?)sentence.GetValue(language.Text))
                    select $"{language.Tag}: {sentence.Name}";

        Assert.Equal(["de", "en", "ar"], UiLanguage.Spoken.Select(language => language.Tag));
        Assert.Empty(empty);
    }
}
