using System.Globalization;

namespace Wir.AppHost.Control;

/// <summary>Memory of processes with their descendants, in bytes; what several share (PostgreSQL's buffers) is counted once.</summary>
internal sealed class ProcessMemory
{
    private readonly ILookup<int, int> _children = Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0)
        .ToLookup(Parent);

    public long OfTree(int id) => Of(id) + _children[id].Sum(OfTree);

    /// <summary>The proportional share (Pss) of one process; 0 when it is gone or somebody else's.</summary>
    public static long Of(int id)
    {
        // Pss:               12345 kB
        var line = Lines($"/proc/{id}/smaps_rollup").FirstOrDefault(l => l.StartsWith("Pss:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[4..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }

    private static int Parent(int id)
    {
        // PPid:   4711
        var line = Lines($"/proc/{id}/status").FirstOrDefault(l => l.StartsWith("PPid:", StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line[5..], CultureInfo.InvariantCulture);
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
