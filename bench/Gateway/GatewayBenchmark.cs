using System.Diagnostics;
using System.Globalization;

namespace Wir.Bench;

/// <summary>
/// What the gateway costs: time added to a call at a steady rate, and how much it passes on, against nginx and a bare YARP in front of the
/// same service. Its own work is done in full: keys, tokens, limits, headers, health checks, telemetry at 5 % sampling; nothing is cached.
/// </summary>
internal sealed class GatewayBenchmark : IBenchmark
{
    private const int Rate = 300;
    private static readonly int s_seconds = int.Parse(Environment.GetEnvironmentVariable("WIR_BENCH_SECONDS") ?? "20", CultureInfo.InvariantCulture);

    public string Name => "gateway";

    public string Description => "The gateway against the direct call (time at 300 requests/s), and against nginx and a bare YARP (throughput).";

    public async Task RunAsync(Report report)
    {
        await using var stage = await GatewayStage.StartAsync();
        await MeasureTimeAsync(stage, report);
        await MeasureThroughputAsync(stage, report);
    }

    /// <summary>Direct and through the gateway by turns, so that both meet the same moments of the machine.</summary>
    private static async Task MeasureTimeAsync(GatewayStage stage, Report report)
    {
        using var direct = stage.NewClient(stage.Upstream);
        using var through = stage.NewClient(stage.Gateway);
        await RunAsync(direct, through, 3 * Rate);
        var (own, added) = await RunAsync(direct, through, s_seconds * Rate);
        var (p50, p99) = (Report.Median(added) - Report.Median(own), Report.Percentile(added, 0.99) - Report.Percentile(own, 0.99));
        report.Say($"Time at {Rate} requests/s through the gateway and as many direct, {added.Count} each, answers of {GatewayStage.AnswerSize} bytes, by key:\n");
        report.Say($"| | p50 | p99 |");
        report.Say($"|---|---|---|");
        report.Say($"| direct | {Report.Median(own):0.00} ms | {Report.Percentile(own, 0.99):0.00} ms |");
        report.Say($"| through the gateway | {Report.Median(added):0.00} ms | {Report.Percentile(added, 0.99):0.00} ms |");
        report.Say($"| added (goal at p50: 1 ms) | **{p50:0.00} ms** | {p99:0.00} ms |\n");
    }

    private static async Task<(List<double> Direct, List<double> Through)> RunAsync(HttpClient direct, HttpClient through, int count)
    {
        var (own, other) = (new double[count], new double[count]);
        var pending = new List<Task>(2 * count);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / Rate);
            while (Stopwatch.GetElapsedTime(start) is var now && now < due) await Task.Delay(due - now > TimeSpan.FromMilliseconds(1) ? due - now : TimeSpan.FromMilliseconds(1));
            pending.Add(TimeAsync(direct, own, i));
            pending.Add(TimeAsync(through, other, i));
        }

        await Task.WhenAll(pending);
        return ([.. own], [.. other]);
    }

    private static async Task TimeAsync(HttpClient client, double[] taken, int i)
    {
        var clock = Stopwatch.GetTimestamp();
        using var response = await client.GetAsync(GatewayStage.Path);
        await response.Content.ReadAsByteArrayAsync();
        taken[i] = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
        response.EnsureSuccessStatusCode();
    }

    private static async Task MeasureThroughputAsync(GatewayStage stage, Report report)
    {
        var partners = new (string Name, Uri Address)[] { ("nginx", stage.Nginx), ("bare YARP", stage.BareYarp), ("gateway", stage.Gateway) };
        var found = partners.ToDictionary(partner => partner.Name, _ => new List<double>());
        var rounds = s_seconds >= 10 ? 5 : 3;
        // Until the runtime has compiled what is called often, which is more in the gateway than in a bare proxy.
        foreach (var (_, address) in partners) await stage.LoadAsync(address, Math.Max(2, s_seconds));
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, address) in partners) found[name].Add(await stage.LoadAsync(address, Math.Max(2, s_seconds / 2)));
        }

        report.Say($"Requests/s through each, same service behind, `wrk -t2 -c64`, the middle of {rounds} rounds by turns:\n");
        report.Say($"| | requests/s | gateway : partner |");
        report.Say($"|---|---|---|");
        var own = Report.Median(found["gateway"]);
        foreach (var (name, goal) in new[] { ("nginx", "0.4"), ("bare YARP", "0.7") })
        {
            report.Say($"| {name} | {Report.Median(found[name]):0} | **{own / Report.Median(found[name]):0.00}** (goal {goal}) |");
        }

        report.Say($"| gateway | {own:0} | |");
    }
}
