using System.Globalization;

namespace Wir.Areas;

/// <summary>One thing wrong in an area file.</summary>
/// <param name="File">File name without its folder.</param>
/// <param name="Line">Line in the file, counted from 1 (the header line); 0 for the file as a whole.</param>
/// <param name="Reason">What is wrong, with the offending value.</param>
public sealed record AreaFault(string File, int Line, string Reason)
{
    public override string ToString() =>
        Line == 0 ? $"{File}: {Reason}" : string.Create(CultureInfo.InvariantCulture, $"{File}({Line}): {Reason}");
}

/// <summary>The area files cannot be used. Carries every fault of every file, so that one correction round is enough.</summary>
public sealed class AreaLoadException : Exception
{
    public AreaLoadException(IReadOnlyList<AreaFault> faults)
        : base($"The area register cannot be loaded, {faults.Count} fault(s):{Environment.NewLine}{string.Join(Environment.NewLine, faults)}")
    {
        Faults = faults;
    }

    /// <summary>All faults, by file and line.</summary>
    public IReadOnlyList<AreaFault> Faults { get; }
}
