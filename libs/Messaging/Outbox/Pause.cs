namespace Wir.Messaging.Outbox;

/// <summary>Waits that double up to a limit, so that a dependency that is away is asked seldom and found again soon.</summary>
internal sealed class Pause(TimeSpan limit)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(250);
    private TimeSpan _next = s_first;

    public void Reset() => _next = s_first;

    /// <summary>Waits; ends early, without an exception, when <paramref name="ct"/> is cancelled.</summary>
    public async Task WaitAsync(TimeProvider time, CancellationToken ct)
    {
        var wait = _next;
        _next = TimeSpan.FromTicks(Math.Min(_next.Ticks * 2, limit.Ticks));
        await Task.Delay(wait, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
