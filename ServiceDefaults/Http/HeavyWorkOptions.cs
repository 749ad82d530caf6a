namespace Wir.ServiceDefaults.Http;

/// <summary>Configuration section <c>Wir:HeavyWork</c>.</summary>
public sealed class HeavyWorkOptions
{
    public const string Section = "Wir:HeavyWork";

    /// <summary>Turns at the same time; half of the processors when not given, at least one.</summary>
    public int? Turns { get; set; }

    /// <summary>Requests that may wait for a turn; steps of answers that have begun do not count.</summary>
    public int Waiting { get; set; } = 16;

    /// <summary>How long a request waits for its turn.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>For how long nobody has a turn after one, as a part of its length: 1 = half of the time.</summary>
    public double Rest { get; set; } = 1;

    /// <summary>The longest rest, after a turn that waited for something else.</summary>
    public TimeSpan LongestRest { get; set; } = TimeSpan.FromMilliseconds(250);
}
