namespace Wir.Portal;

/// <summary>Configuration section <c>Portal</c>.</summary>
public sealed class PortalOptions
{
    /// <summary>Key of the district whose package the portal shows.</summary>
    public string District { get; init; } = "06635";

    /// <summary>Longest wait for one answer of a service; after it the page says what is missing.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(4);
}
