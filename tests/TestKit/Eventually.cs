using System.Diagnostics;

namespace Wir.TestKit;

/// <summary>Waiting for something that happens elsewhere: by asking until a deadline, never by sleeping.</summary>
public static class Eventually
{
    // Only a test that fails waits so long. Ten processes at a time on two processors can take half a minute for what else takes one second.
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the condition holds.</summary>
    /// <param name="condition">What is waited for. An exception that it throws counts as "not yet" and is shown when the deadline has passed.</param>
    /// <param name="message">What should have happened; part of the failure's text.</param>
    /// <param name="deadline">90 seconds unless said otherwise.</param>
    /// <param name="cancellation">Ends the waiting with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="TimeoutException">The condition did not hold before the deadline.</exception>
    public static Task TrueAsync(Func<Task<bool>> condition, string message, TimeSpan? deadline = null, CancellationToken cancellation = default) =>
        ValueAsync(async () => await condition() ? new object() : null, message, deadline, cancellation);

    /// <summary>Asks until there is a value, and returns it.</summary>
    /// <inheritdoc cref="TrueAsync" path="/param"/>
    /// <inheritdoc cref="TrueAsync" path="/exception"/>
    public static async Task<T> ValueAsync<T>(Func<Task<T?>> ask, string message, TimeSpan? deadline = null, CancellationToken cancellation = default)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        Exception? last = null;
        do
        {
            try
            {
                if (await ask() is { } value)
                {
                    return value;
                }

                last = null;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                last = e;
            }

            await Task.Delay(s_interval, cancellation);
        }
        while (clock.Elapsed < (deadline ?? s_deadline));

        throw new TimeoutException($"Not within {clock.Elapsed.TotalSeconds:0.0} s: {message}", last);
    }
}
