namespace Wir.TestKit.Servers;

internal static class Health
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks until the program is healthy; false when it ended before, or the deadline has passed.</summary>
    public static async Task<bool> WaitAsync(IServer program, Task exited, TimeSpan deadline, CancellationToken cancellation)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!exited.IsCompleted && clock.Elapsed < deadline)
        {
            if (await AskAsync(program, cancellation))
            {
                return true;
            }

            await Task.WhenAny(exited, Task.Delay(s_interval, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }

        return false;
    }

    /// <summary>One question; whatever goes wrong with it means "not healthy".</summary>
    public static async Task<bool> AskAsync(IServer program, CancellationToken cancellation)
    {
        try
        {
            return await program.IsHealthyAsync(cancellation);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
