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

    /// <summary>
    /// Submissions from one address that may be open on the day on which they came, without credentials.
    /// </summary>
    public int OpenSubmissionsPerReader { get; set; } = 20;

    /// <summary>Submissions to one office that may wait for the confirmation of their address.</summary>
    public int UnconfirmedSubmissionsPerOffice { get; set; } = 500;

    /// <summary>Submissions in all that may wait for the confirmation of their address.</summary>
    public int UnconfirmedSubmissions { get; set; } = 5000;

    /// <summary>Reports of errors from one address that may be open on the day on which they came.</summary>
    public int OpenReportsPerReader { get; set; } = 20;

    /// <summary>Reports of errors to one office that may be open.</summary>
    public int OpenReportsPerOffice { get; set; } = 1000;

    /// <summary>Reports of errors in all that may be open.</summary>
    public int OpenReports { get; set; } = 10_000;

    /// <summary>
    /// The offices in charge, by the key of their area; they serve the areas below as long as these name none.
    /// </summary>
    public Dictionary<string, OfficeOptions> Offices { get; set; } = [];

    /// <summary>Demo entries in the start data.</summary>
    public int DemoEntries { get; set; } = 1300;
}

/// <summary>An office: <c>Wir:Registry:Offices:06635015:Email</c>.</summary>
public sealed class OfficeOptions
{
    /// <summary>As people know it; the area's name when not given.</summary>
    public string? Name { get; set; }

    /// <summary>The office's own address. It gets a mail a day at most, when something new waits.</summary>
    public string? Email { get; set; }
}
