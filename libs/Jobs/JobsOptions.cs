namespace Wir.Jobs;

/// <summary>Times and limits of jobs, from the configuration section <c>Wir:Jobs</c>.</summary>
public sealed class JobsOptions
{
    public const string Section = "Wir:Jobs";

    /// <summary>False where another instance does the work: this one then only enqueues.</summary>
    public bool Run { get; set; } = true;

    /// <summary>How long a worker may be silent before its job is given to another. It reports three times as often.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Time between two looks for due jobs; the signal after a commit only shortens the wait.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Runs after which a job that keeps failing is dead.</summary>
    public int MaxAttempts { get; set; } = 6;

    /// <summary>Wait after the first failure; it doubles with each further one.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait between two runs.</summary>
    public TimeSpan MaxRetry { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Time that running jobs get when the process is told to stop; then they are given back.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How long finished jobs stay visible. Dead ones stay until an operator replays them.</summary>
    public TimeSpan Kept { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Time between two readings of the gauges.</summary>
    public TimeSpan GaugeInterval { get; set; } = TimeSpan.FromSeconds(10);
}
