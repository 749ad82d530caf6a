using System.Globalization;

namespace Wir.AppHost.Control;

/// <summary>Memory of processes with their descendants, in bytes; what several share (PostgreSQL's buffers) is counted once.</summary>
internal sealed class ProcessMemory
{
    private readonly ILookup<int, int> _children = Processes.Ids().ToLookup(Parent);

    public long OfTree(int id) => Of(id) + _children[id].Sum(OfTree);

    /// <summary>The proportional share (Pss) of one process; 0 when it is gone or somebody else's.</summary>
    public static long Of(int id)
    {
        // Pss:               12345 kB
        var line = Lines(id, "smaps_rollup").FirstOrDefault(l => l.StartsWith("Pss:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[4..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }

    private static int Parent(int id)
    {
        // PPid:   4711
        var line = Lines(id, "status").FirstOrDefault(l => l.StartsWith("PPid:", StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line[5..], CultureInfo.InvariantCulture);
    }

    private static string[] Lines(int id, string file) => Processes.Read(id, file).Split('\n');
}
