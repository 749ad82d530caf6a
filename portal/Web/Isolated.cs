using Microsoft.AspNetCore.Html;
using Wir.ServiceDefaults.Texts;

namespace Wir.Portal.Web;

/// <summary>Texts of others as the pages show them: numbers do not turn round, and phone numbers can be dialled.</summary>
public static class Isolated
{
    /// <summary>A text that the service's sanitiser wrote.</summary>
    public static IHtmlContent Body(string html, string direction) => new HtmlString(Isolation.Of(html, direction));

    /// <summary>A text without markup.</summary>
    public static IHtmlContent Text(string? text, string direction) => new HtmlString(Isolation.OfText(text ?? "", direction));

    /// <summary>Where a text comes from, with its addresses as links.</summary>
    public static IHtmlContent Source(string text, string direction) => new HtmlString(Isolation.OfSource(text, direction));

    /// <summary>A text without markup where no link may be: in a link or a heading.</summary>
    public static IHtmlContent Label(string? text, string direction) => new HtmlString(Isolation.OfText(text ?? "", direction, isInLink: true));
}
