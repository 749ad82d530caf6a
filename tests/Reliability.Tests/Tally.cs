using System.Diagnostics;
using Xunit;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Wir.Reliability.Tests;

/// <summary>How much a run does: full counts by <c>./wir test reliability</c> (<c>WIR_FULL=1</c>), small ones otherwise.</summary>
internal static class Counts
{
    public static bool Full { get; } = Environment.GetEnvironmentVariable("WIR_FULL") == "1";

    public static int Of(int small, int full) => Full ? full : small;

    /// <summary>Seconds that are allowed for what is promised in so many. Full runs have the machine to themselves; small ones share it with others.</summary>
    public static int Patience(int seconds) => Full ? seconds : seconds * 3;
}

/// <summary>What a run came to, as one printed line; lost and unexpected must be none.</summary>
internal sealed class Tally(string promise)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Taken from <c>WIR_SEED</c> to repeat a run.</summary>
    public int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("WIR_SEED"), out var seed) ? seed : Random.Shared.Next();

    /// <summary>Changes, or messages, whose commit or confirm somebody has seen.</summary>
    public long Acknowledged { get; set; }

    /// <summary>Acknowledged, and without effect in the end.</summary>
    public long Lost { get; set; }

    /// <summary>Deliveries beyond the first; harmless, since the inbox keeps their effect out.</summary>
    public long Duplicated { get; set; }

    /// <summary>What hung in the fault and came through after it.</summary>
    public long Recovered { get; set; }

    /// <summary>Effects that there should not be: of what was never committed, a second time, or out of order.</summary>
    public long Unexpected { get; set; }

    public string Note { get; set; } = "";

    public void Check()
    {
        Console.WriteLine(FormattableString.Invariant(
            $"{promise,-4} seed {Seed,-11} acknowledged {Acknowledged,6}  lost {Lost}  duplicated {Duplicated,5}  recovered {Recovered,5}  unexpected {Unexpected}  {_clock.Elapsed.TotalSeconds:0.0} s  {Note}"));
        Assert.True(Acknowledged > 0, "nothing was done");
        Assert.Equal(0, Lost);
        Assert.Equal(0, Unexpected);
    }
}
