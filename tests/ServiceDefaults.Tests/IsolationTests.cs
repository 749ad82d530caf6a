using Wir.ServiceDefaults.Texts;
using Wir.TestKit;
using Xunit;

namespace Wir.ServiceDefaults.Tests;

[Lane(Lane.Unit)]
public sealed class IsolationTests
{
    [Theory]
    [InlineData("116 016", "116016")]
    [InlineData("112", "112")]
    [InlineData("0800 1110111", "+498001110111")]
    [InlineData("05631 / 954-0", "+4956319540")]
    [InlineData("+49 (0)5631 9540", "+4956319540")]
    [InlineData("(05631) 9540", "+4956319540")]
    [InlineData("+49 5631 490490", "+495631490490")]
    [InlineData("0043 1 5550123", "+4315550123")]
    public void A_phone_number_is_a_link_in_every_language(string shown, string dialled)
    {
        Assert.Equal($"<p>Tel. <a class=\"tel\" href=\"tel:{dialled}\" dir=\"ltr\">{shown}</a>.</p>", Isolation.Of($"<p>Tel. {shown}.</p>", "ltr"));
        Assert.Equal($"<td>هاتف <a class=\"tel\" href=\"tel:{dialled}\" dir=\"ltr\">{shown}</a></td>", Isolation.Of($"<td>هاتف {shown}</td>", "rtl"));
    }

    [Theory]
    [InlineData("01.09.2026")]
    [InlineData("2026-09-01")]
    [InlineData("8:00–12:00")]
    [InlineData("1.234,50 €")]
    [InlineData("15 %")]
    [InlineData("2015–2024")]
    [InlineData("01-09-2026")]
    [InlineData("01/2025–12/2025")]
    public void Dates_ranges_and_amounts_are_kept_together_where_they_would_turn_round(string shown)
    {
        Assert.Equal($"<p>ص <bdi dir=\"ltr\">{shown}</bdi> ب</p>", Isolation.Of($"<p>ص {shown} ب</p>", "rtl"));
        Assert.Equal($"<p>am {shown} um</p>", Isolation.Of($"<p>am {shown} um</p>", "ltr"));
    }

    [Theory]
    [InlineData("<p>15 صفحة</p>")]
    [InlineData("<p>A1 B2 § 16g</p>")]
    [InlineData("<p>&#39; &#96;</p>")]
    [InlineData("<p><bdi>116 016</bdi> <code>1 2</code></p>")]
    [InlineData("<h2 id=\"a-1-2\">نص</h2>")]
    public void What_cannot_turn_round_stays_as_it_is(string html) => Assert.Equal(html, Isolation.Of(html, "rtl"));

    [Fact]
    public void A_link_holds_no_link()
    {
        Assert.Equal(
            "<a href=\"tel:116016\"><bdi dir=\"ltr\">116 016</bdi></a>", Isolation.Of("<a href=\"tel:116016\">116 016</a>", "rtl"));
        Assert.Equal("<a href=\"tel:116016\">116 016</a>", Isolation.Of("<a href=\"tel:116016\">116 016</a>", "ltr"));
    }

    [Fact]
    public void A_text_without_markup_is_escaped()
    {
        Assert.Equal("&lt;b&gt; <bdi dir=\"ltr\">1-2</bdi>", Isolation.OfText("<b> 1-2", "rtl"));
        Assert.Equal("Tel. <bdi dir=\"ltr\">116 016</bdi>", Isolation.OfText("Tel. 116 016", "rtl", isInLink: true));
    }

    [Fact]
    public void The_addresses_of_a_source_are_links()
    {
        Assert.Equal(
            "Amt &amp; Kreis, <a href=\"https://a.example/x?b=1&amp;c=2\" rel=\"external noreferrer\" dir=\"ltr\">https://a.example/x?b=1&amp;c=2</a>. (<a href=\"http://b.example\" rel=\"external noreferrer\" dir=\"ltr\">http://b.example</a>)",
            Isolation.OfSource("Amt & Kreis, https://a.example/x?b=1&c=2. (http://b.example)", "ltr"));
        Assert.Equal("javascript:alert(1) &lt;i&gt;", Isolation.OfSource("javascript:alert(1) <i>", "ltr"));
    }

    [Fact]
    public void A_phrase_in_another_language_has_its_direction() => Assert.Equal(
        "<p>اسمه <span lang=\"de\" dir=\"ltr\">Bürgeramt</span></p>", Isolation.Of("<p>اسمه <span lang=\"de\">Bürgeramt</span></p>", "rtl"));
}
