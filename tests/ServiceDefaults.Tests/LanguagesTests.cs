using System.Text.Json;
using Wir.ServiceDefaults.Texts;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

public sealed class LanguagesTests
{
    [Theory]
    [InlineData("de", "de")]
    [InlineData("DE", "de")]
    [InlineData("ku", "kmr")]
    [InlineData("fa-AF", "prs")]
    [InlineData("fa_af", "prs")]
    [InlineData("fa", "fa")]
    [InlineData("ar-SY", "ar")]
    [InlineData("ku-Arab-IQ", "ckb")]
    [InlineData("sr", "sr-Latn")]
    [InlineData("zh-TW", "zh-Hans")]
    [InlineData("de-simple", "de-simple")]
    [InlineData("de-DE-1996", "de")]
    public void A_notation_means_a_language(string tag, string expected)
    {
        Assert.True(Languages.TryParse(tag, out var language));
        Assert.Equal(expected, language.Tag);
    }

    [Theory]
    [InlineData("")]
    [InlineData("xx")]
    [InlineData("en-§")]
    [InlineData("-en")]
    [InlineData("ar-' or 1=1")]
    [InlineData("deutschdeutschdeutschdeutschdeutschdeutsch")]
    public void Anything_else_is_unknown(string tag)
    {
        Assert.False(Languages.TryParse(tag, out _));
        Assert.False(Languages.Parse(tag).TryGet(out _, out var problem));
        Assert.Equal("WIR-COM-0022", problem.Problem.Code);
    }

    [Fact]
    public void The_nearest_tag_is_named()
    {
        Languages.Parse("kmrr").TryGet(out _, out var problem);

        Assert.Equal("kmr", problem!.Extensions["nearest"]);
    }

    [Theory]
    [InlineData("ar", "rtl")]
    [InlineData("fa", "rtl")]
    [InlineData("prs", "rtl")]
    [InlineData("ckb", "rtl")]
    [InlineData("ps", "rtl")]
    [InlineData("ur", "rtl")]
    [InlineData("kmr", "ltr")]
    [InlineData("ti", "ltr")]
    [InlineData("uk", "ltr")]
    public void Direction_follows_the_script(string tag, string direction)
    {
        var language = Assert.Single(Languages.All, known => known.Tag == tag);

        Assert.Equal(direction, language.Direction);
    }

    [Theory]
    [InlineData("xx, ar-SY;q=0.8, de;q=0.9", "de")]
    [InlineData("uk, de", "uk")]
    [InlineData("de;q=0, en;q=0.1", "en")]
    [InlineData("*", null)]
    [InlineData(";;;", null)]
    [InlineData(null, null)]
    public void A_header_gives_its_first_known_language(string? header, string? expected) =>
        Assert.Equal(expected, Languages.FromAcceptLanguage(header)?.Tag);

    [Fact]
    public void Tags_are_unique_and_every_language_says_all_about_itself()
    {
        Assert.Equal(Languages.All.Count, Languages.All.Select(language => language.Tag.ToUpperInvariant()).Distinct().Count());
        Assert.All(Languages.All, language => Assert.DoesNotContain("\"\"", JsonSerializer.Serialize(language), StringComparison.Ordinal));
    }
}
