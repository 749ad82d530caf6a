using Wir.TestKit;
using Wir.WelcomePackage.Html;
using Xunit;

namespace Wir.WelcomePackage.Tests.Html;

[Lane(Lane.Unit)]
public sealed class HtmlBoundsTests
{
    [Fact]
    public void Formatting_that_is_never_closed_is_refused()
    {
        Assert.NotNull(HtmlBounds.FaultOf(Repeat(i => $"<b title={i}>", 200)));
        Assert.NotNull(HtmlBounds.FaultOf(Repeat(i => $"<p><b title={i}>x</p>", 200)));
        Assert.NotNull(HtmlBounds.FaultOf(Repeat(i => $"<I t={i}><p>", 200)));
        Assert.NotNull(HtmlBounds.FaultOf(Repeat(i => $"<a><em><u><s><b t={i}></b></s></em>", 200)));
    }

    /// <summary>What looks like an end and is none: in a comment, in a value, in an element with rules of its own.</summary>
    [Theory]
    [InlineData("<b t={0}><!-- </b> -->")]
    [InlineData("<b t={0}><!-- ></b --><p>")]
    [InlineData("<b t={0}><? </b >")]
    [InlineData("<b t={0} title=\"</b>\">")]
    [InlineData("<b t={0}><i title='</b>'></i>")]
    [InlineData("<style></b></style><b t={0}></b>")]
    [InlineData("<svg><style></b></style></svg><b t={0}></b>")]
    [InlineData("<textarea></b></textarea><b t={0}></b>")]
    [InlineData("<b t={0}></bb><p>")]
    [InlineData("<b t={0}></ b><p>")]
    public void An_end_that_is_none_closes_nothing(string pattern) => Assert.NotNull(HtmlBounds.FaultOf(Repeat(
        i => pattern.Replace("{0}", $"{i}", StringComparison.Ordinal), 200)));

    [Fact]
    public void Tags_and_attributes_are_counted()
    {
        Assert.NotNull(HtmlBounds.FaultOf(Repeat(_ => "<div>", 30_000)));
        Assert.NotNull(HtmlBounds.FaultOf(Repeat(_ => "</p>", 30_000)));
        Assert.NotNull(HtmlBounds.FaultOf($"<p {Repeat(i => $"a{i} ", 1000)}>"));
    }

    [Fact]
    public void What_people_write_is_taken()
    {
        Assert.Null(HtmlBounds.FaultOf(""));
        Assert.Null(HtmlBounds.FaultOf("a < b & c > d <3"));
        Assert.Null(HtmlBounds.FaultOf(Repeat(i => $"<p>Text <strong>{i}</strong> <a href=\"https://example.org/{i}\"><em>Link</em></a></p><ul><li>x<li>y</ul>", 400)));
        Assert.Null(HtmlBounds.FaultOf(Repeat(_ => "<B>x</b><!-- comment -->", 1000)));
        Assert.Null(HtmlBounds.FaultOf(new string('x', 200_000)));
    }

    private static string Repeat(Func<int, string> text, int times) => string.Concat(Enumerable.Range(0, times).Select(text));
}
