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

    /// <summary>Answers to page reads kept in memory for the present content; 0 = none.</summary>
    public int CachedPages { get; set; } = 4000;

    /// <summary>Bytes of finished lists (trees, whole languages) kept in memory for the present content; 0 = none.</summary>
    public long CachedLists { get; set; } = 32 * 1024 * 1024;

    /// <summary>How often counts of page reads are written.</summary>
    public TimeSpan CountInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long feedback is kept.</summary>
    public TimeSpan FeedbackKept { get; set; } = TimeSpan.FromDays(365);

    /// <summary>
    /// Pieces of feedback on one thing that are taken within an hour: so many with a message, so many without.
    /// </summary>
    public int FeedbackPerHour { get; set; } = 60;

    /// <summary>
    /// Pieces of feedback from one address that may be open on the day on which they came: so many with a message, so
    /// many without.
    /// </summary>
    public int OpenFeedbackPerReader { get; set; } = 20;

    /// <summary>Pieces of feedback with a message that may be open in one area.</summary>
    public int OpenFeedbackPerArea { get; set; } = 1000;

    /// <summary>Pieces of feedback with a message that may be open in all.</summary>
    public int OpenFeedback { get; set; } = 10_000;

    /// <summary>Largest picture, bytes.</summary>
    public int MaxMediumSize { get; set; } = 8 * 1024 * 1024;

    /// <summary>Pixels of the largest picture; reading one takes eight bytes of memory for each.</summary>
    public long MaxMediumPixels { get; set; } = 25_000_000;
}
