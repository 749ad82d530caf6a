namespace Wir.WelcomePackage;

/// <summary>What an operator can set, under <c>WelcomePackage</c>.</summary>
public sealed class WelcomeOptions
{
    public const string Section = "WelcomePackage";

    /// <summary>How long an issued package can be opened.</summary>
    public TimeSpan PackageLifetime { get; set; } = TimeSpan.FromDays(365);

    /// <summary>How often the register is asked for a sign of life.</summary>
    public TimeSpan RegistryInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Without a sign of life for so long, the copy of associations is called stale.</summary>
    public TimeSpan RegistryPatience { get; set; } = TimeSpan.FromMinutes(1);
}
