namespace Wir.Registry;

/// <summary>Configuration section <c>Wir:Registry</c>.</summary>
public sealed class RegistryOptions
{
    public const string Section = "Wir:Registry";

    /// <summary>Letters before an entry's number.</summary>
    public string NumberPrefix { get; set; } = "WF";

    /// <summary>How long the link in a mail counts.</summary>
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Working days a municipality has to decide on a submission.</summary>
    public int ReviewWorkingDays { get; set; } = 10;

    /// <summary>How long a confirmation of an entry counts.</summary>
    public TimeSpan ConfirmEvery { get; set; } = TimeSpan.FromDays(365);

    /// <summary>Demo entries in the start data.</summary>
    public int DemoEntries { get; set; } = 1300;
}
