using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Wir.TestKit;
using Xunit;

namespace Wir.Messaging.Tests;

[Lane(Lane.Functional)]
public sealed class TelemetryTests : IAsyncLifetime
{
    private readonly Toys _toys = new();

    public ValueTask InitializeAsync() => _toys.InitializeAsync();

    public ValueTask DisposeAsync() => _toys.DisposeAsync();

    [Fact]
    public async Task One_trace_runs_from_the_request_to_the_last_effect()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MessagingTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var toy = await _toys.StartToyAsync();
        await _toys.StartCopyAsync();
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        await Toys.ChangeAsync(toy, Guid.CreateVersion7(), "traced");

        await Eventually.TrueAsync(() => Task.FromResult(Mine().Count(s => s.Kind == ActivityKind.Consumer) == 2), "both queues have handled it");
        var publish = Mine().Single(s => s.Kind == ActivityKind.Producer);
        Assert.Equal(request.SpanId, publish.ParentSpanId);
        Assert.Equal(["copy.journal", "copy.things"], Mine().Where(s => s.Kind == ActivityKind.Consumer).Select(s => (string)s.GetTagItem("messaging.destination.name")!).Order());

        List<Activity> Mine() => [.. spans.Where(s => s.TraceId == request.TraceId)];
    }

    [Fact]
    public async Task Gauges_show_what_waits_and_go_back_to_zero()
    {
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == MessagingTelemetry.Name) l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "service", Value: "toy" }) seen[instrument.Name] = value;
            }
        });
        listener.Start();
        var first = await _toys.StartToyAsync(("Wir:Messaging:RunRelay", "false"));
        for (var i = 0; i < 3; i++) await Toys.ChangeAsync(first, Guid.CreateVersion7(), "waits");
        await Toys.ExecuteAsync(_toys.ToySource, "update toy.outbox_message set created_at = now() - interval '2 minutes'");

        await Eventually.TrueAsync(() => ReadAsync(() => seen.GetValueOrDefault("wir.outbox.depth") == 3 && seen["wir.outbox.oldest_age"] >= 120), "the gauges show three events");
        await first.StopAsync();
        await _toys.StartToyAsync();
        await Eventually.TrueAsync(() => ReadAsync(() => seen["wir.outbox.depth"] == 0 && seen["wir.outbox.oldest_age"] == 0), "the gauges are back at zero");

        Task<bool> ReadAsync(Func<bool> condition)
        {
            listener.RecordObservableInstruments();
            return Task.FromResult(condition());
        }
    }
}
