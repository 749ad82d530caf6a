using Wir.ServiceDefaults.Texts;

namespace Wir.WelcomePackage.Html;

/// <summary>Addresses that content may lead to.</summary>
internal static class SafeAddress
{
    /// <summary>Names a page of ours by its id.</summary>
    public const string PageScheme = "page";

    /// <summary>Those that lead out of here.</summary>
    public static IReadOnlyList<string> Schemes { get; } = ["https", "http", "mailto", "tel"];

    /// <summary>The address when it is one that may be followed; null otherwise.</summary>
    public static string? OfLink(string? value)
    {
        if (Plain(value) is not { } address) return null;
        if (address.StartsWith("page:", StringComparison.Ordinal)) return Guid.TryParseExact(address[5..], "D", out var page) ? $"page:{page}" : null;
        if (address[0] is '#' || IsLocalPath(address)) return address;
        var colon = address.IndexOf(':');
        if (colon <= 0) return null;
        var scheme = address[..colon].ToLowerInvariant();
        if (!Schemes.Contains(scheme) || WebAddress.HoldsUser(address)) return null;
        return scheme is "mailto" or "tel" || Uri.TryCreate(address, UriKind.Absolute, out _) ? address : null;
    }

    /// <summary>Pictures come from our own media only: a foreign one would tell its owner who reads what.</summary>
    public static string? OfImage(string? value) =>
        Plain(value) is { } address && address.StartsWith("/api/welcome/v1/media/", StringComparison.Ordinal) && !address.Contains("..", StringComparison.Ordinal) ? address : null;

    /// <summary>Browsers read a backslash as a slash, and two of them begin another host.</summary>
    private static bool IsLocalPath(string address) => address[0] is '/' && !(address.Length > 1 && address[1] is '/') && !address.Contains('\\', StringComparison.Ordinal);

    /// <summary>Browsers skip control characters and spaces within a scheme; nothing that has them is an address of ours.</summary>
    private static string? Plain(string? value)
    {
        var address = value?.Trim();
        return address is { Length: > 0 and <= 2000 } && !address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format)
            ? address
            : null;
    }
}
