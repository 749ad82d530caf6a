using System.Diagnostics;
using System.Net;
using Npgsql;

namespace Wir.Bench;

/// <summary>What readers wait for, on the start content and on data set M, and how many pages a second there are.</summary>
internal sealed class WelcomeReadsBenchmark : IBenchmark
{
    private static readonly int s_times = int.TryParse(Environment.GetEnvironmentVariable("WIR_BENCH_TIMES"), out var times) ? times : 300;
    private static readonly TimeSpan s_burst = TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("WIR_BENCH_SECONDS"), out var seconds) ? seconds : 10);

    /// <summary>How many times the measured calls go before them.</summary>
    private const int WarmUp = 5;

    public string Name => "welcome-reads";

    public string Description =>
        $"Tree, page, whole language, coverage and 304 of the welcome package: the start content against {WelcomeStage.Pages:N0} pages × {WelcomeStage.Languages.Length} languages; page reads a second, kept in memory and not, beside a route without database and the plain SQL of a page.";

    public async Task RunAsync(Report report)
    {
        var (small, large, warm) = await WelcomeStage.CreateAsync();
        await using var _ = small;
        await using var __ = large;
        await using var ___ = warm;
        report.Say($"{small.Ids.Length:N0} pages (S) and {large.Ids.Length:N0} pages (M); nothing kept in memory but where it says so; {s_times} calls one after another, after {s_times * WarmUp} others but where it says so: until then the runtime still compiles.");
        report.Say($"");
        report.Say($"| read | S p50 | M p50 | M p95 | M p99 | database calls S | database calls M |");
        report.Say($"|---|---|---|---|---|---|---|");
        await MeasureAsync(report, "page, the first calls after the start", small, large, s_times, PageOf, warmUp: 0);
        await MeasureAsync(report, "tree of a municipality", small, large, s_times / 3, (_, _) => "/tree?lang=uk&area=06635015");
        await MeasureAsync(report, "page", small, large, s_times, PageOf);
        await MeasureAsync(report, "page in another language than asked for", small, large, s_times, (stage, i) => PageOf(stage, i).Replace("lang=uk", "lang=so", StringComparison.Ordinal));
        await MeasureAsync(report, "whole language with bodies", small, large, s_times / 10, (_, _) => "/pages?lang=uk&limit=2000");
        await MeasureAsync(report, "coverage", small, large, s_times / 3, (_, _) => "/coverage");
        await MeasureAsync(report, "page, known already (304)", small, large, s_times, PageOf, isKnown: true);
        await MeasureAsync(report, "page, known already (304), kept in memory", warm, warm, s_times, PageOf, isKnown: true);
        await MeasureAsync(report, "tree of a municipality, kept in memory", warm, warm, s_times / 3, (_, _) => "/tree?lang=uk&area=06635015");
        await MeasureAsync(report, "whole language with bodies, kept in memory", warm, warm, s_times / 10, (_, _) => "/pages?lang=uk&limit=2000");
        await MeasureAsync(report, "partner: route without database", small, large, s_times, (_, _) => "/languages");
        report.Say($"| partner: plain SQL of a page | {await SqlAsync(small, 0.5):0.00} ms | {await SqlAsync(large, 0.5):0.00} ms | {await SqlAsync(large, 0.95):0.00} ms | {await SqlAsync(large, 0.99):0.00} ms | 1 | 1 |");
        report.Say($"");
        report.Say($"| page reads, 16 at a time, {s_burst.TotalSeconds:0} s on M | reads/s | part of the partner |");
        report.Say($"|---|---|---|");
        var empty = await BurstAsync(warm, _ => "/languages");
        report.Say($"| partner: route without database | {empty:0} | 1 |");
        foreach (var (what, stage) in new[] { ("kept in memory", warm), ("nothing kept", large) })
        {
            var rate = await BurstAsync(stage, i => PageOf(stage, i));
            report.Say($"| {what} | {rate:0} | {rate / empty:0.00} |");
        }
    }

    private static string PageOf(WelcomeStage stage, int i) => $"/pages/{stage.Ids[Math.Abs(i * 97) % stage.Ids.Length]}?lang=uk&municipality=06635015";

    private static async Task MeasureAsync(Report report, string what, WelcomeStage small, WelcomeStage large, int times, Func<WelcomeStage, int, string> path, bool isKnown = false, int warmUp = WarmUp)
    {
        var (few, many) = (await RepeatAsync(small, times, path, isKnown, warmUp), await RepeatAsync(large, times, path, isKnown, warmUp));
        var (onSmall, onLarge) = (await small.CallsAsync(path(small, 1)), await large.CallsAsync(path(large, 1)));
        if (onSmall != onLarge) throw new InvalidOperationException($"{what}: {onSmall} database calls on S and {onLarge} on M.");
        report.Say($"| {what} | {Report.Median(few):0.0} ms | {Report.Median(many):0.0} ms | {Report.Percentile(many, 0.95):0.0} ms | {Report.Percentile(many, 0.99):0.0} ms | {onSmall} | {onLarge} |");
    }

    private static async Task<List<double>> RepeatAsync(WelcomeStage stage, int times, Func<WelcomeStage, int, string> path, bool isKnown, int warmUp)
    {
        var taken = new List<double>(times);
        // A few calls even where the start is asked for: the first of all open the connections.
        var first = -Math.Max(warmUp * times, 20);
        for (var i = first; i < times; i++)
        {
            if (i % 100 == 0 || i == first) stage.Token();
            var tag = isKnown ? (await stage.SendAsync(path(stage, i))).Tag : null;
            var (status, milliseconds, _) = await stage.SendAsync(path(stage, i), tag);
            if (status != (isKnown ? HttpStatusCode.NotModified : HttpStatusCode.OK)) throw new InvalidOperationException($"{path(stage, i)} answers {status}.");
            if (i >= 0) taken.Add(milliseconds);
        }

        return taken;
    }

    /// <summary>What the database alone takes for the rows of a page.</summary>
    private static async Task<double> SqlAsync(WelcomeStage stage, double part)
    {
        var taken = new List<double>();
        await using var connection = await stage.Database.OpenConnectionAsync();
        for (var i = -20; i < s_times; i++)
        {
            var id = stage.Ids[Math.Abs(i * 97) % stage.Ids.Length];
            await using var batch = new NpgsqlBatch(connection);
            foreach (var sql in new[]
            {
                "select * from welcomepackage.live_page where page_id = $1 and until is null",
                "select * from welcomepackage.live_text where page_id = $1 and until is null and lang = any('{uk,en,de}')",
                "select * from welcomepackage.translation where page_id = $1",
            })
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = id } } });
            }

            var clock = Stopwatch.GetTimestamp();
            await using (var reader = await batch.ExecuteReaderAsync())
            {
                do
                {
                    while (await reader.ReadAsync()) { }
                }
                while (await reader.NextResultAsync());
            }

            if (i >= 0) taken.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }

        return Report.Percentile(taken, part);
    }

    private static async Task<double> BurstAsync(WelcomeStage stage, Func<int, string> path)
    {
        stage.Token();
        // Every page once: what is kept is then kept.
        for (var i = 0; i < stage.Ids.Length; i++) await stage.SendAsync(path(i));
        stage.Token();
        var (reads, clock) = (0, Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            for (var i = worker; clock.Elapsed < s_burst; i += 16)
            {
                if ((await stage.SendAsync(path(i))).Status != HttpStatusCode.OK) throw new InvalidOperationException($"{path(i)} fails.");
                Interlocked.Increment(ref reads);
            }
        }));
        return reads / clock.Elapsed.TotalSeconds;
    }
}
