using System.Globalization;

namespace Wir.Bench;

/// <summary>
/// Processor time of everything that a benchmark has started, by what it is. Unlike events per second, it hardly depends on what else
/// the machine does meanwhile.
/// </summary>
internal sealed record ProcessorTime(IReadOnlyDictionary<string, double> Seconds)
{
    private const double TicksPerSecond = 100;

    /// <summary>Until now, of this process and its descendants, those that have ended included.</summary>
    public static ProcessorTime Now()
    {
        var all = Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? Read(id) : null)
            .OfType<Entry>().ToDictionary(entry => entry.Id);
        return new ProcessorTime(all.Values.Where(entry => IsOurs(entry, all)).GroupBy(entry => entry.Name)
            .ToDictionary(group => group.Key, group => group.Sum(entry => entry.Seconds)));
    }

    public ProcessorTime Since(ProcessorTime start) =>
        new(Seconds.ToDictionary(part => part.Key, part => part.Value - start.Seconds.GetValueOrDefault(part.Key)));

    /// <summary>Per event, in all and by part.</summary>
    public string Per(int events) => FormattableString.Invariant($"{Seconds.Values.Sum() * 1000 / events:0.00} ms (")
        + string.Join(", ", Seconds.Where(part => part.Value > 0).OrderByDescending(part => part.Value).Select(part => FormattableString.Invariant($"{part.Key} {part.Value * 1000 / events:0.00}"))) + ")";

    private static bool IsOurs(Entry entry, Dictionary<int, Entry> all)
    {
        var current = entry;
        while (current.Id != Environment.ProcessId)
        {
            if (!all.TryGetValue(current.Parent, out var parent)) return false;
            current = parent;
        }

        return true;
    }

    private static Entry? Read(int id)
    {
        try
        {
            // 1234 (name) S parent … utime stime cutime cstime
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var end = stat.LastIndexOf(')');
            var fields = stat[(end + 2)..].Split(' ');
            var name = id == Environment.ProcessId ? "benchmark" : stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end];
            if (name == "dotnet") name = File.ReadAllText($"/proc/{id}/cmdline").TrimEnd('\0').Split('\0')[^1];
            return new Entry(id, int.Parse(fields[1], CultureInfo.InvariantCulture), name, Enumerable.Range(11, id == Environment.ProcessId ? 2 : 4)
                .Sum(field => long.Parse(fields[field], CultureInfo.InvariantCulture)) / TicksPerSecond);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // It has ended meanwhile.
        }
    }

    private sealed record Entry(int Id, int Parent, string Name, double Seconds);
}
