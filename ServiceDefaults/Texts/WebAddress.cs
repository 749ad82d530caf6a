using System.Text.RegularExpressions;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Texts;

/// <summary>
/// Web addresses that hold a user (<c>https://user:password@host/</c>). A password in a link belongs to somebody, and a
/// name before the host makes a foreign host look like another one: such addresses are refused, and never shown.
/// </summary>
public static partial class WebAddress
{
    /// <summary>Says what is wrong with such an address.</summary>
    public static Text HoldsUserText { get; } = new(
        "Eine Adresse mit Benutzer oder Passwort (https://name:passwort@…) darf hier nicht stehen.",
        "An address with a user or a password (https://name:password@…) is not allowed.");

    /// <summary>
    /// True when something stands before the host, however the slashes are written: browsers read all of it alike.
    /// </summary>
    public static bool HoldsUser(string address) => User().IsMatch(Read(address));

    /// <summary>The address without its user; the same address when it has none.</summary>
    public static string WithoutUser(string address) =>
        HoldsUser(address) ? User().Replace(Read(address), match => match.Groups["before"].Value) : address;

    /// <summary>As browsers read it: spaces at both ends and line breaks within are no part of it.</summary>
    private static string Read(string address) => Unread().Replace(address, "");

    [GeneratedRegex(@"^(?<before>(https?|ftp):[/\\]*|[/\\]{2,})[^/\\?#]*@",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex User();

    [GeneratedRegex(@"^[\x00-\x20]+|[\x00-\x20]+$|[\t\n\r]")]
    private static partial Regex Unread();
}
