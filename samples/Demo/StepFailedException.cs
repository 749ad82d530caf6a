namespace Wir.Demo;

/// <summary>What a step claims did not hold.</summary>
public sealed class StepFailedException : Exception
{
    public StepFailedException(string message) : base(message)
    {
    }

    public StepFailedException(string message, Exception inner) : base(message, inner)
    {
    }

    public StepFailedException() : this("A step failed.")
    {
    }
}

/// <summary>Claims, and waiting for one to come true.</summary>
internal static class Claim
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static void That(bool holds, string claim)
    {
        if (!holds) throw new StepFailedException($"it does not hold that {claim}");
    }

    /// <summary>Asks until the claim holds; how long that took.</summary>
    public static async Task<string> SoonAsync(Func<Task<bool>> ask, string claim)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await ask())
        {
            var waited = TimeProvider.System.GetElapsedTime(start);
            That(waited < s_patience, $"{claim} (waited {waited.TotalSeconds:0} s)");
            await Task.Delay(s_interval);
        }

        return $"{TimeProvider.System.GetElapsedTime(start).TotalMilliseconds:0} ms from commit to visible";
    }
}
