namespace Wir.ServiceDefaults.Http;

internal static class JsonLimits
{
    /// <summary>Deeper nesting is refused: no request of ours needs it.</summary>
    public const int MaxDepth = 32;

    /// <summary>So many faults are named; a file of nonsense would answer with a larger one otherwise.</summary>
    public const int MaxFaults = 100;
}
