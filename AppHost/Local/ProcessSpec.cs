namespace Wir.AppHost.Local;

/// <summary>What to start, and with which signal it ends in good order.</summary>
internal sealed record ProcessSpec(string FileName, params IReadOnlyList<string> Arguments)
{
    public string? WorkingDirectory { get; init; }

    /// <summary>Added to the inherited environment; null removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public Signal StopSignal { get; init; } = Signal.Term;

    public TimeSpan StopDeadline { get; init; } = TimeSpan.FromSeconds(20);

    public string? Input { get; init; }

    /// <summary>PostgreSQL refuses root; as root its processes run as the system user postgres.</summary>
    public ProcessSpec AsPostgresUser() => System.Environment.IsPrivilegedProcess
        ? this with { FileName = "setpriv", Arguments = ["--reuid=postgres", "--regid=postgres", "--init-groups", "--reset-env", FileName, .. Arguments] }
        : this;
}

/// <summary>Numbers of signals on Linux.</summary>
internal enum Signal
{
    Int = 2,
    Quit = 3,
    Kill = 9,
    Term = 15,
    Continue = 18,
    Stop = 19,
}

/// <summary>What the engine can run: the two servers, and a program of our own.</summary>
internal interface IRunnable
{
    /// <summary>Makes ready what the program needs (a cluster, configuration files) and says how to start it.</summary>
    Task<ProcessSpec> PrepareAsync(CancellationToken cancellation);

    /// <summary>One real question to the running program; false and exceptions both mean "not yet".</summary>
    Task<bool> IsHealthyAsync(CancellationToken cancellation);

    /// <summary>How long a start may take until the program is healthy; then it is stopped and started anew.</summary>
    TimeSpan StartDeadline => TimeSpan.FromMinutes(3);

    /// <summary>Runs after each start, once healthy and before dependants start.</summary>
    Task OnHealthyAsync(CancellationToken cancellation) => Task.CompletedTask;
}
