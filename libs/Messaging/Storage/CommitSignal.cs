namespace Wir.Messaging.Storage;

/// <summary>Wakes the relay, the feed's sequencer and the jobs of this process after a commit. A hint only: each looks for itself every second.</summary>
internal sealed class CommitSignal
{
    public Wakeup Relay { get; } = new();

    public Wakeup Feed { get; } = new();

    public Wakeup Jobs { get; } = new();

    public void Raise()
    {
        Relay.Set();
        Feed.Set();
        Jobs.Set();
    }
}

/// <summary>A bell that remembers one ring.</summary>
internal sealed class Wakeup : IDisposable
{
    private readonly SemaphoreSlim _bell = new(0, 1);

    public void Set()
    {
        if (_bell.CurrentCount > 0) return;
        try
        {
            _bell.Release();
        }
        catch (SemaphoreFullException)
        {
            // Two rang at once; one ring is enough.
        }
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _bell.WaitAsync(atMost, ct);

    public void Dispose() => _bell.Dispose();
}
