using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Wir.TestKit;
using Wir.ToyService;

namespace Wir.Bench;

/// <summary>From a commit in one service to its effect in another, through PostgreSQL, relay, broker, inbox and PostgreSQL again.</summary>
internal sealed class MessagingBenchmark : IBenchmark
{
    private const int Writers = 16;
    private const int Rounds = 5;
    private const int LagPerSecond = 200;
    private static readonly int s_raw = Report.Size(20_000);
    private static readonly int s_live = Report.Size(10_000);
    private static readonly int s_committed = Report.Size(2_000) * 10;
    private static readonly TimeSpan s_lagTime = TimeSpan.FromSeconds(Math.Max(3, Report.Size(20)));

    public string Name => "messaging";

    public string Description => "Commit to effect (one row) in another service; fsync on, quorum queues, confirms; both services are processes of their own. Partner: MassTransit alone, publish to consume.";

    public async Task RunAsync(Report report)
    {
        var raw = new List<double>();
        var live = new List<double>();
        var drain = new List<double>();
        var costs = new Dictionary<string, string>();
        await using (var stage = await Stage.CreateAsync())
        {
            stage.Launch("toy");
            stage.Launch("copy");
            await using var writer = ToyApps.BuildToy([], stage.Settings);
            // Services run for weeks; what the runtime compiles in their first minute is not what an event costs. The partner gets the same.
            await RawMassTransit.MeasureAsync(stage.Broker, s_raw);
            await LiveAsync(stage, writer, s_live * 2);
            await DrainAsync(stage, s_committed * 2);
            for (var round = 0; round < Rounds; round++)
            {
                raw.Add(await CostAsync("alone", s_raw, () => RawMassTransit.MeasureAsync(stage.Broker, s_raw)));
                live.Add(await CostAsync("live", s_live, () => LiveAsync(stage, writer, s_live)));
                drain.Add(await CostAsync("committed", s_committed, () => DrainAsync(stage, s_committed)));
                Console.WriteLine(FormattableString.Invariant($"round {round + 1}: raw {raw[^1]:0}/s, live {live[^1]:0}/s, drain {drain[^1]:0}/s; {string.Join("; ", costs)}"));
            }
        }

        report.Say($"| medians of {Rounds} rounds | events/s | of the partner |");
        report.Say($"|---|---|---|");
        report.Say($"| MassTransit alone, {s_raw:N0} messages, 64 publishes at a time | {Report.Median(raw):0} | 1 |");
        report.Say($"| {s_live:N0} changes, one transaction each, {Writers} writers in a third process, to the last effect | {Report.Median(live):0} | {Report.Median(live.Zip(raw, (ours, theirs) => ours / theirs)):0.00} |");
        report.Say($"| {s_committed:N0} committed events to their last effect | {Report.Median(drain):0} | {Report.Median(drain.Zip(raw, (ours, theirs) => ours / theirs)):0.00} |");
        report.Say($"");
        report.Say($"Rounds: raw {string.Join(", ", raw.Select(v => (int)v))}; live {string.Join(", ", live.Select(v => (int)v))}; committed {string.Join(", ", drain.Select(v => (int)v))}. Goal of the ratio: 0.35.");
        report.Say($"");
        report.Say($"Processor time per event in the last round: {string.Join("; ", costs.Select(cost => $"{cost.Key} {cost.Value}"))}.");
        report.Say($"");
        await LagAsync(report);

        async Task<double> CostAsync(string what, int events, Func<Task<double>> measure)
        {
            var start = ProcessorTime.Now();
            var perSecond = await measure();
            costs[what] = ProcessorTime.Now().Since(start).Per(events);
            return perSecond;
        }
    }

    private static async Task<double> LiveAsync(Stage stage, WebApplication writer, int changes)
    {
        var before = await stage.EffectsAsync();
        var clock = Stopwatch.StartNew();
        await WriteAsync(writer, changes);
        await UntilAsync(stage, before, changes);
        return changes / clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> DrainAsync(Stage stage, int events)
    {
        var before = await stage.EffectsAsync();
        await stage.FillAsync(events / 10, 10);
        var clock = Stopwatch.StartNew();
        await UntilAsync(stage, before, events);
        return events / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Lag from commit to commit, as PostgreSQL has recorded both instants.</summary>
    private static async Task LagAsync(Report report)
    {
        await using var stage = await Stage.CreateAsync();
        stage.Launch("copy");
        // The service that writes is the one that relays, as on the platform: its own commits wake it.
        await using var toy = ToyApps.BuildToy([], new Dictionary<string, string?>(stage.Settings) { ["Logging:LogLevel:Default"] = "None" });
        await toy.StartAsync();
        var start = TimeProvider.System.GetUtcNow().UtcDateTime;
        var (clock, running, events) = (Stopwatch.StartNew(), new List<Task>(), 3 * LagPerSecond * (int)s_lagTime.TotalSeconds);
        for (var i = 0; i < events; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / LagPerSecond) - clock.Elapsed;
            if (due > TimeSpan.Zero) await Task.Delay(due);
            running.Add(ChangeAsync(toy));
        }

        await Task.WhenAll(running);
        await UntilAsync(stage, 0, events);
        var written = await CommitsAsync(stage.Toy, "select id, pg_xact_commit_timestamp(xmin) from toy.thing");
        var effects = await CommitsAsync(stage.Copy, "select thing_id, pg_xact_commit_timestamp(xmin) from copy.effect");
        report.Say($"Lag from commit to the effect's commit at {LagPerSecond} events/s, each {s_lagTime.TotalSeconds:0} s by themselves; goals: p50 50 ms, p99 1,000 ms.");
        report.Say($"");
        report.Say($"| time since both services started | events | p50 | p90 | p99 | longest |");
        report.Say($"|---|---|---|---|---|---|");
        foreach (var part in written.GroupBy(change => (int)((change.Value - start) / s_lagTime)).Where(part => part.Key < 3).OrderBy(part => part.Key))
        {
            var lags = part.Select(change => (effects[change.Key] - change.Value).TotalMilliseconds).ToList();
            report.Say($"| from {part.Key * s_lagTime.TotalSeconds:0} s on | {lags.Count:N0} | {Report.Percentile(lags, 0.5):0} ms | {Report.Percentile(lags, 0.9):0} ms | {Report.Percentile(lags, 0.99):0} ms | {lags.Max():0} ms |");
        }
    }

    private static async Task<Dictionary<Guid, DateTime>> CommitsAsync(Npgsql.NpgsqlDataSource source, string sql)
    {
        var commits = new Dictionary<Guid, DateTime>();
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) commits[reader.GetGuid(0)] = reader.GetDateTime(1);
        return commits;
    }

    internal static Task UntilAsync(Stage stage, long before, long events) =>
        Eventually.TrueAsync(
            async () => await stage.LastEffectAsync() >= before + events && await stage.EffectsAsync() >= before + events, $"{events} effects", TimeSpan.FromMinutes(20));

    private static Task WriteAsync(WebApplication writer, int changes) => Parallel.ForEachAsync(
        Enumerable.Range(0, changes), new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (_, _) => await ChangeAsync(writer));

    private static async Task ChangeAsync(WebApplication writer)
    {
        await using var scope = writer.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ToyDb>();
        var thing = new Thing { Id = Guid.CreateVersion7(), Version = 1, Text = new string('x', 120) };
        db.Things.Add(thing);
        db.Emit(new ThingChanged { ThingId = thing.Id, Version = 1, Text = thing.Text });
        await db.SaveChangesAsync();
    }
}
