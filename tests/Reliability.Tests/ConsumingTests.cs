using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Wir.Contracts;
using Wir.Messaging;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Reliability.Tests;

/// <summary>From the queue to the effect.</summary>
[Lane(Lane.Reliability)]
public sealed class ConsumingTests
{
    [Fact]
    public async Task P4_Each_event_has_one_effect_though_it_comes_many_times_to_two_instances_that_are_killed()
    {
        var tally = new Tally("P4");
        var random = new Random(tally.Seed);
        await using var scene = await Scene.CreateAsync();
        await using var observer = await Observer.ConnectAsync(scene);
        var (messages, times) = (Counts.Of(300, 2000), 5);
        var things = Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7()).ToArray();
        var events = Enumerable.Range(0, messages).Select(i => Envelope(things[i % things.Length], 1 + (i / things.Length), $"message {i}")).ToList();
        var copies = new List<ServiceProcess> { scene.Launch("copy"), scene.Launch("copy") };

        var deliveries = Enumerable.Repeat(events, times).SelectMany(e => e).ToArray();
        random.Shuffle(deliveries);
        var sending = Task.WhenAll(deliveries.Chunk(100).Select(async chunk =>
        {
            foreach (var envelope in chunk) await observer.SendAsync("copy.things", envelope);
        }));
        for (var kill = 0; kill < Counts.Of(2, 8); kill++)
        {
            var target = messages * (kill + 1) / Counts.Of(3, 9);
            await Eventually.TrueAsync(async () => await EffectsAsync(scene) >= target, $"{target} effects", TimeSpan.FromSeconds(300));
            var victim = random.Next(copies.Count);
            await copies[victim].EndAsync(ProcessSignal.Kill);
            copies[victim] = scene.Launch("copy");
        }

        await sending;
        await Eventually.TrueAsync(
            async () => await EffectsAsync(scene) >= messages && (await scene.QueueAsync("copy.things")).GetProperty("messages").GetInt64() == 0,
            "the queue is empty", TimeSpan.FromSeconds(300));
        var effects = await Scene.ReadAsync(scene.Copy, "select message_id, sequence from copy.effect");
        tally.Acknowledged = messages;
        tally.Lost = events.Select(e => e.Id).Except(effects.Select(e => e.Thing)).Count();
        tally.Unexpected = effects.Count - effects.Distinct().Count();
        tally.Duplicated = await scene.DeliveriesAsync() - messages;
        tally.Note = $"each {times} times, {Counts.Of(2, 8)} kills";
        tally.Check();
    }

    [Fact]
    public async Task P6_Consumers_converge_whatever_the_order_and_repetition_and_gaps_are_healed_from_the_source()
    {
        var tally = new Tally("P6");
        var random = new Random(tally.Seed);
        await using var scene = await Scene.CreateAsync(("Toy:Journal", "true"));
        await using var observer = await Observer.ConnectAsync(scene);
        // The copy hears nothing by itself; the journal does, so the events count as delivered.
        (await scene.Management.DeleteAsync($"api/bindings/{scene.Name}/e/toy.thing-changed.v1/e/copy.things/~")).EnsureSuccessStatusCode();
        var toy = await scene.StartToyAsync();
        await scene.StartCopyAsync();
        using var source = scene.Client(toy, "toy");
        var things = await scene.CreateThingsAsync(Counts.Of(20, 100));
        foreach (var thing in things)
        {
            for (var change = 2; change <= 8; change++) await Scene.ChangeAsync(toy, thing, $"version {change}");
        }

        tally.Acknowledged = things.Length * 8;
        await Eventually.TrueAsync(async () => await Scene.ScalarAsync<long>(scene.Toy, "select count(*) from toy.event_log") == tally.Acknowledged, "all is in the log");
        foreach (var thing in things)
        {
            // Two of the first seven are missing, everything else comes once to three times, in any order.
            var history = await HistoryAsync(source, thing);
            var gaps = history.Take(7).OrderBy(_ => random.Next()).Take(2).ToHashSet();
            var deliveries = history.Where(e => !gaps.Contains(e)).SelectMany(e => Enumerable.Repeat(e, random.Next(1, 4))).ToArray();
            random.Shuffle(deliveries);
            foreach (var envelope in deliveries) await observer.SendAsync("copy.things", envelope);
        }

        await Eventually.TrueAsync(async () => await EffectsAsync(scene) == things.Length * 6, "what came has its effect");
        var view = await Scene.ScalarAsync<long>(scene.Copy, "select count(*) from copy.view where sequence = 8 and text = 'version 8'");
        tally.Unexpected += things.Length - view;
        var noticed = await Scene.ReadAsync(scene.Copy, "select thing_id, count(*) from copy.effect group by thing_id having count(*) <> max(sequence)");
        tally.Lost += things.Length - noticed.Count;
        foreach (var (thing, _) in noticed)
        {
            foreach (var envelope in await HistoryAsync(source, thing)) await observer.SendAsync("copy.things", envelope);
        }

        await scene.SettleAsync(tally);
        tally.Recovered = things.Length * 2;
        tally.Unexpected += things.Length - await Scene.ScalarAsync<long>(scene.Copy, "select count(*) from copy.view where sequence = 8 and text = 'version 8'");
        tally.Note = $"{things.Length} histories, {noticed.Count} with gaps noticed and healed";
        tally.Check();
    }

    [Fact]
    public async Task P7_A_poisoned_event_and_a_bad_row_harm_only_themselves_and_can_be_replayed()
    {
        var tally = new Tally("P7");
        var random = new Random(tally.Seed);
        await using var scene = await Scene.CreateAsync(
            ("Wir:Messaging:RetryDelays:0", "00:00:01"), ("Wir:Messaging:RetryDelays:1", "00:00:01"), ("Wir:Messaging:RetryDelays:2", "00:00:01"), ("Wir:Messaging:MaxAttempts", "3"));
        await using var writer = ToyApps.BuildToy([], scene.Settings);
        var count = Counts.Of(200, 1000);
        var (poison, bad) = (random.Next(count), random.Next(count));
        while (bad == poison) bad = random.Next(count);
        var (poisonTrace, badTrace) = ("none", "none");
        for (var i = 0; i < count; i++)
        {
            using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
            if (i == poison) poisonTrace = request.TraceId.ToHexString();
            if (i == bad) badTrace = request.TraceId.ToHexString();
            await Scene.ChangeAsync(writer, Guid.CreateVersion7(), i == poison ? "poison" : i == bad ? "bad row" : $"{i}");
        }

        await Scene.ExecuteAsync(scene.Toy, "update toy.outbox_message set type = 'no urn' where payload->>'text' = 'bad row'");
        var toy = await scene.StartToyAsync();
        var copy = await scene.StartCopyAsync();
        var clock = Stopwatch.StartNew();
        await Eventually.TrueAsync(async () => await EffectsAsync(scene) == count - 2, "all others have their effect", TimeSpan.FromSeconds(Counts.Patience(60)));
        var seconds = clock.Elapsed.TotalSeconds;

        using var atToy = scene.Client(toy, "toy");
        using var atCopy = scene.Client(copy, "copy");
        var dead = await FirstAsync(atToy, o => o.GetProperty("outbox").GetProperty("deadRows"), "the bad row is dead");
        var error = await FirstAsync(atCopy, o => o.GetProperty("queues")[0].GetProperty("errorMessages"), "the poisoned event is in the error queue");
        Assert.Contains("no urn", dead.GetProperty("lastError").GetString(), StringComparison.Ordinal);
        Assert.Equal(3, dead.GetProperty("attempts").GetInt32());
        Assert.Contains("Cannot bear poison", error.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(6, error.GetProperty("attempts").GetInt32());
        Assert.Contains(poisonTrace, error.GetProperty("traceParent").GetString(), StringComparison.Ordinal);
        Assert.Contains(badTrace, dead.GetProperty("traceParent").GetString(), StringComparison.Ordinal);

        await Scene.ExecuteAsync(scene.Copy, "insert into copy.antidote values ('all')");
        await Scene.ExecuteAsync(scene.Toy, "update toy.outbox_message set type = 'urn:message:wir:toy:thing-changed:v1'");
        tally.Recovered += await ReplayAsync(atCopy, "errors") + await ReplayAsync(atToy, "outbox");
        await Eventually.TrueAsync(async () => await EffectsAsync(scene) == count, "both have their effect after the replay");
        await ReplayAsync(atCopy, "errors");
        await ReplayAsync(atToy, "outbox");
        await scene.SettleAsync(tally, acknowledgeCommitted: true);
        tally.Note = FormattableString.Invariant($"the other {count - 2} done after {seconds:0.0} s");
        tally.Check();
        Assert.Equal(2, tally.Recovered);
    }

    [Fact]
    public async Task P10_An_orderly_stop_under_load_loses_and_repeats_nothing()
    {
        var tally = new Tally("P10");
        await using var scene = await Scene.CreateAsync();
        await scene.CreateThingsAsync(20);
        var (toy, copy) = (scene.Launch("toy", ("Toy:Writer", "go")), scene.Launch("copy"));
        var longest = TimeSpan.Zero;
        for (var round = 0; round < Counts.Of(2, 10); round++)
        {
            var before = await EffectsAsync(scene);
            await Eventually.TrueAsync(async () => await EffectsAsync(scene) > before + 50, "there is load", TimeSpan.FromSeconds(300));
            var clock = Stopwatch.StartNew();
            var stopped = round % 2 == 0 ? copy : toy;
            await stopped.EndAsync(ProcessSignal.Term);
            longest = clock.Elapsed > longest ? clock.Elapsed : longest;
            tally.Unexpected += stopped.ExitCode == 0 ? 0 : 1;
            tally.Recovered++;
            if (round % 2 == 0) copy = scene.Launch("copy");
            else toy = scene.Launch("toy", ("Toy:Writer", "go"));
        }

        await toy.EndAsync(ProcessSignal.Term);
        toy = scene.Launch("toy");
        await scene.SettleAsync(tally, acknowledgeCommitted: true);
        tally.Note = FormattableString.Invariant($"{Counts.Of(2, 10)} stops, the longest {longest.TotalSeconds:0.0} s");
        tally.Check();
        Assert.Equal(0, tally.Duplicated);
        Assert.True(longest < TimeSpan.FromSeconds(Counts.Patience(10)), "the promise: an orderly stop takes less than 10 s");
    }

    internal static Task<long> EffectsAsync(Scene scene) => Scene.ScalarAsync<long>(scene.Copy, "select count(*) from copy.effect");

    private static EventEnvelope Envelope(Guid thing, long sequence, string text) => new()
    {
        Id = Guid.CreateVersion7(),
        Type = "urn:message:wir:toy:thing-changed:v1",
        AggregateType = "thing",
        AggregateId = thing,
        Sequence = sequence,
        OccurredAt = DateTimeOffset.UtcNow,
        Data = JsonSerializer.SerializeToElement(new ThingChanged { ThingId = thing, Version = (int)sequence, Text = text }, MessagingJson.Options),
    };

    private static async Task<List<EventEnvelope>> HistoryAsync(HttpClient source, Guid thing)
    {
        var page = await source.GetFromJsonAsync<JsonElement>($"internal/events?aggregateId={thing}");
        return [.. page.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("event").Deserialize<EventEnvelope>(MessagingJson.Options)!)];
    }

    private static async Task<JsonElement> FirstAsync(HttpClient client, Func<JsonElement, JsonElement> list, string message) =>
        (JsonElement)await Eventually.ValueAsync<object>(
            async () => list(await client.GetFromJsonAsync<JsonElement>("internal/messaging")).EnumerateArray().Select(e => (object?)e).FirstOrDefault(), message);

    private static async Task<int> ReplayAsync(HttpClient client, string what)
    {
        using var answer = await client.PostAsJsonAsync("internal/messaging/replay", new { what });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("replayed").GetInt32();
    }
}
