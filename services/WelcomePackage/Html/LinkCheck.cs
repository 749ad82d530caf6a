using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Texts;

namespace Wir.WelcomePackage.Html;

/// <summary>
/// Faults of addresses that those who write them should know of; other unsafe ones are taken out without a word.
/// </summary>
internal static class LinkCheck
{
    /// <summary>
    /// A link with a user or password in it; null when there is none. The text has passed <see cref="HtmlBounds"/>.
    /// </summary>
    public static Fault? FaultOf(string html, string pointer) =>
        SafeHtml.Parse(html).QuerySelectorAll("a[href]").Any(link => WebAddress.HoldsUser(link.GetAttribute("href")!))
            ? Fault(pointer) : null;

    /// <summary>As the other, for a member that is an address or plain text; null is no address.</summary>
    public static Fault? FaultOfAddress(string? address, string pointer) =>
        address is not null && WebAddress.HoldsUser(address) ? Fault(pointer) : null;

    private static Fault Fault(string pointer) => new(pointer, CommonProblems.Faults.InvalidValue,
        WebAddress.HoldsUserText);
}
