namespace Wir.TestKit.Servers;

/// <summary>What to start, and with which signal it ends in good order.</summary>
internal sealed record ProcessSpec(string FileName, params IReadOnlyList<string> Arguments)
{
    public string? WorkingDirectory { get; init; }

    /// <summary>Added to the inherited environment; null removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public Signal StopSignal { get; init; } = Signal.Term;

    public TimeSpan StopDeadline { get; init; } = TimeSpan.FromSeconds(20);

    public string? Input { get; init; }
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

/// <summary>One of the two servers.</summary>
internal interface IServer
{
    /// <summary>How to start it.</summary>
    ProcessSpec Spec { get; }

    /// <summary>One real question to the running program; false and exceptions both mean "not yet".</summary>
    Task<bool> IsHealthyAsync(CancellationToken cancellation);
}
