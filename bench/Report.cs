using System.Globalization;
using System.Text;

namespace Wir.Bench;

/// <summary>A benchmark's section of <c>bench/RESULTS.md</c>. Each run replaces its own section and leaves the others.</summary>
internal sealed class Report(IBenchmark benchmark)
{
    private readonly StringBuilder _text = new();
    private readonly DateTimeOffset _start = TimeProvider.System.GetUtcNow();
    private readonly double _loadBefore = Load();

    /// <summary>Less than 1 for a trial (<c>WIR_BENCH_SCALE</c>): it shows that a benchmark works, and its figures are not kept.</summary>
    private static double Scale { get; } =
        double.TryParse(Environment.GetEnvironmentVariable("WIR_BENCH_SCALE"), CultureInfo.InvariantCulture, out var scale) && scale > 0 ? Math.Min(1, scale) : 1;

    /// <summary>How much to do, given what a full run does.</summary>
    public static int Size(int full) => Math.Max(1, (int)Math.Round(full * Scale));

    public void Say(FormattableString line)
    {
        var text = FormattableString.Invariant(line);
        Console.WriteLine(text);
        _text.Append(text).Append('\n');
    }

    /// <summary>The middle one.</summary>
    public static double Median(IEnumerable<double> values) => Percentile(values, 0.5);

    public static double Percentile(IEnumerable<double> values, double part)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Count - 1, Math.Floor(part * sorted.Count))];
    }

    public void Save()
    {
        if (Scale < 1)
        {
            Console.WriteLine("A trial of less than full size: bench/RESULTS.md stays as it is.");
            return;
        }

        var file = Path.Combine(Root(), "bench", "RESULTS.md");
        var sections = File.Exists(file) ? File.ReadAllText(file).Split("\n## ").Skip(1).ToDictionary(s => s.Split('\n')[0]) : [];
        sections[benchmark.Name] = $"""
            {benchmark.Name}

            {benchmark.Description}

            `./wir bench {benchmark.Name}`, {_start:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} × {Processor()}, {Memory()} GB, load average {_loadBefore.ToString("0.0", CultureInfo.InvariantCulture)} before and {Load().ToString("0.0", CultureInfo.InvariantCulture)} after.

            {_text.ToString().TrimEnd()}

            """;
        var head = """
            # Results

            Written by `./wir bench NAME`; each run replaces its own section. Ratios to the partner of the same run mean more than absolute figures:
            a load average above the number of processors says that other work ran beside.

            """;
        File.WriteAllText(file, head + string.Concat(sections.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => "\n## " + s.Value.TrimEnd() + "\n")));
        Console.WriteLine($"Written to {file}");
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Wir.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("Benchmarks run within the repository.");
    }

    private static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "processor";

    private static long Memory() => (long)Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9);
}
