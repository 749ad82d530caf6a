using System.Diagnostics;
using Wir.TestKit;

namespace Wir.Bench;

/// <summary>A hundred thousand events that have piled up, with one relay and with three.</summary>
internal sealed class BacklogBenchmark : IBenchmark
{
    private const int Events = 100_000;

    public string Name => "messaging-backlog";

    public string Description => "A backlog of 100,000 committed events (10,000 things with 10 each) is drained by 1 relay and by 3; fsync on, quorum queues, confirms, one consuming process beside.";

    public async Task RunAsync(Report report)
    {
        report.Say($"| relays | last event at the broker | events/s | last effect | events/s |");
        report.Say($"|---|---|---|---|---|");
        foreach (var relays in new[] { 1, 3 })
        {
            await using var stage = await Stage.CreateAsync();
            await stage.FillAsync(Events / 10, 10);
            stage.Launch("copy");
            for (var i = 0; i < relays; i++) stage.Launch("toy");
            await Eventually.TrueAsync(async () => await stage.EffectsAsync() > 0, "the first effect", TimeSpan.FromMinutes(2));
            var clock = Stopwatch.StartNew();
            await Eventually.TrueAsync(async () => await stage.PendingAsync() == 0, "all is sent", TimeSpan.FromMinutes(20));
            var sent = clock.Elapsed.TotalSeconds;
            await MessagingBenchmark.UntilAsync(stage, 0, Events);
            var done = clock.Elapsed.TotalSeconds;
            report.Say($"| {relays} | {sent:0.0} s | {Events / sent:0} | {done:0.0} s | {Events / done:0} |");
        }
    }
}
