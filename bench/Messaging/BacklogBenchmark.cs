using System.Diagnostics;
using Wir.TestKit;

namespace Wir.Bench;

/// <summary>A hundred thousand events that have piled up, with one relay and with three.</summary>
internal sealed class BacklogBenchmark : IBenchmark
{
    private static readonly int s_things = Report.Size(10_000);

    public string Name => "messaging-backlog";

    public string Description => FormattableString.Invariant($"A backlog of {s_things * 10:N0} committed events ({s_things:N0} things with 10 each) is drained by 1 relay and by 3; fsync on, quorum queues, confirms, one consuming process beside.");

    public async Task RunAsync(Report report)
    {
        report.Say($"| relays | last event at the broker | events/s | last effect | events/s |");
        report.Say($"|---|---|---|---|---|");
        var events = s_things * 10;
        foreach (var relays in new[] { 1, 3 })
        {
            await using var stage = await Stage.CreateAsync();
            await stage.FillAsync(s_things, 10);
            stage.Launch("copy");
            for (var i = 0; i < relays; i++) stage.Launch("toy");
            await Eventually.TrueAsync(async () => await stage.LastEffectAsync() > 0, "the first effect", TimeSpan.FromMinutes(2));
            var clock = Stopwatch.StartNew();
            await Eventually.TrueAsync(async () => !await stage.IsPendingAsync(), "all is sent", TimeSpan.FromMinutes(20));
            var sent = clock.Elapsed.TotalSeconds;
            await MessagingBenchmark.UntilAsync(stage, 0, events);
            var done = clock.Elapsed.TotalSeconds;
            report.Say($"| {relays} | {sent:0.0} s | {events / sent:0} | {done:0.0} s | {events / done:0} |");
        }
    }
}
