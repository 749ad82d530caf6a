// ./wir bench: lists the benchmarks; ./wir bench NAME…: runs them and writes bench/RESULTS.md.
using System.Reflection;
using Wir.Bench;

// A partner of the gateway's benchmark, started by it.
if (args is [BareYarp.Argument, var address, var upstream])
{
    await BareYarp.ServeAsync(address, upstream);
    return 0;
}

var benchmarks = Assembly.GetExecutingAssembly().GetTypes()
    .Where(type => type.IsAssignableTo(typeof(IBenchmark)) && type.IsClass)
    .Select(type => (IBenchmark)Activator.CreateInstance(type)!)
    .OrderBy(benchmark => benchmark.Name, StringComparer.Ordinal)
    .ToList();
if (args.Length == 0)
{
    foreach (var benchmark in benchmarks) Console.WriteLine($"{benchmark.Name,-20} {benchmark.Description}");
    return 0;
}

var unknown = args.Except(benchmarks.Select(benchmark => benchmark.Name)).ToList();
if (unknown.Count > 0)
{
    await Console.Error.WriteLineAsync($"There is no benchmark named {string.Join(", ", unknown)}; ./wir bench lists them.");
    return 2;
}

foreach (var benchmark in benchmarks.Where(benchmark => args.Contains(benchmark.Name)))
{
    var report = new Report(benchmark);
    await benchmark.RunAsync(report);
    report.Save();
}

return 0;
