using System.Text.RegularExpressions;
using Npgsql;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Reliability.Tests;

/// <summary>From the commit to the broker.</summary>
[Lane(Lane.Reliability)]
public sealed partial class PublishingTests
{
    [Fact]
    public async Task P1_A_committed_change_has_its_event_and_an_uncommitted_one_none_whenever_the_process_is_killed()
    {
        var tally = new Tally("P1");
        var random = new Random(tally.Seed);
        await using var scene = await Scene.CreateAsync();
        await scene.CreateThingsAsync(5);
        await scene.StartCopyAsync();
        await Scene.ExecuteAsync(scene.Toy, """
            create table toy.brake (on_since timestamptz);
            create function toy.brake() returns trigger language plpgsql as $$ begin if exists (select 1 from toy.brake) then perform pg_sleep(30); end if; return null; end $$;
            create trigger brake before delete on toy.outbox_message for each statement execute function toy.brake();
            """);
        var held = 0;
        var acknowledged = new HashSet<(Guid, long)>();
        for (var round = 0; round < Counts.Of(6, 200); round++)
        {
            var fault = round % 3;
            // Between confirm and mark: the brake makes that moment long enough to hit.
            if (fault == 2) await Scene.ExecuteAsync(scene.Toy, "insert into toy.brake values (now())");
            await using var writer = scene.Launch("toy", ("Toy:Writer", fault == 0 ? "hold" : "go"), ("Toy:Seed", $"{random.Next()}"));
            await Eventually.TrueAsync(fault switch
            {
                0 => () => Task.FromResult(writer.Output.Contains("holding", StringComparison.Ordinal)),
                1 => Committed(writer, random.Next(1, 20)),
                _ => async () => await BrakingAsync(scene) > 0,
            }, $"round {round} comes to its moment");
            await writer.EndAsync(ProcessSignal.Kill);
            if (fault == 2) await ReleaseAsync(scene);
            held += fault == 0 ? 1 : 0;
            foreach (Match match in CommittedLine().Matches(writer.Output)) acknowledged.Add((Guid.Parse(match.Groups[1].ValueSpan), long.Parse(match.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)));
            tally.Recovered += await Scene.ScalarAsync<long>(scene.Toy, "select count(*) from toy.outbox_message");
        }

        await scene.StartToyAsync();
        tally.Acknowledged = acknowledged.Count;
        await scene.SettleAsync(tally);
        tally.Lost += acknowledged.Except(await Scene.ReadAsync(scene.Copy, "select thing_id, sequence from copy.effect")).Count();
        tally.Note = $"{Counts.Of(6, 200)} kills: {held} before commit, the rest after it and between confirm and mark";
        tally.Check();
    }

    [Fact]
    public async Task P3_Sent_means_confirmed_though_confirms_are_swallowed()
    {
        var tally = new Tally("P3");
        await using var proxy = new Proxy(new Uri((await Servers.GetAsync()).Broker.AmqpUri).Port);
        await using var scene = await Scene.CreateAsync();
        var things = await scene.CreateThingsAsync(5);
        await scene.StartCopyAsync();
        var address = new UriBuilder(scene.Settings["ConnectionStrings:rabbitmq"]!) { Port = proxy.Port }.Uri.AbsoluteUri;
        var toy = await scene.StartToyAsync(
            ("ConnectionStrings:rabbitmq", address), ("Wir:Messaging:PublishTimeout", "00:00:03"), ("Wir:Messaging:RelayIdleTimeout", "00:00:06"));
        for (var round = 0; round < Counts.Of(2, 15); round++)
        {
            await SentAsync(scene);
            var before = await EffectsAsync(scene);
            proxy.SwallowAnswers = true;
            // In one transaction, so that one round of the relay takes them all: the next one would need answers to connect.
            await Scene.ChangeAsync(toy, things, $"round {round}");

            await Eventually.TrueAsync(async () => await EffectsAsync(scene) >= before + things.Length, "the broker has the events of this round");
            // The confirms did not come: nothing may count as sent, neither now nor when the relay has given up waiting.
            var swallowed = proxy.Swallowed;
            await Eventually.TrueAsync(() => Task.FromResult(proxy.Swallowed > swallowed), "the relay has given up and knocks again");
            if (await PendingAsync(scene) != things.Length) tally.Unexpected++;
            tally.Recovered += await PendingAsync(scene);
            proxy.SwallowAnswers = false;
            proxy.Cut();
        }

        await SentAsync(scene);
        await scene.SettleAsync(tally, acknowledgeCommitted: true);
        tally.Note = $"{Counts.Of(2, 15)} rounds of swallowed confirms";
        tally.Check();
        Assert.True(tally.Duplicated > 0, "nothing was sent again, so nothing was shown");
    }

    [Fact]
    public async Task P5_Events_of_one_thing_are_first_seen_in_order_with_three_relays_that_are_killed_at_random()
    {
        var tally = new Tally("P5");
        var random = new Random(tally.Seed);
        await using var scene = await Scene.CreateAsync();
        await using var observer = await Observer.ConnectAsync(scene);
        await observer.ObserveAsync();
        await scene.StartCopyAsync();
        var things = await scene.CreateThingsAsync(Counts.Of(10, 40));
        (string, string)[] small = [("Wir:Messaging:BatchSize", "7"), ("Wir:Messaging:FollowersPerAggregate", "3"), ("Wir:Messaging:RelayIdleTimeout", "00:00:04")];
        var relays = Enumerable.Range(0, 3).Select(_ => scene.Launch("toy", small)).ToList();
        await using var toy = ToyApps.BuildToy([], scene.Settings);

        var writing = Task.WhenAll(things.Select(async (thing, i) =>
        {
            var dice = new Random(tally.Seed + i);
            for (var change = 2; change <= Counts.Of(60, 150); change++)
            {
                await Scene.ChangeAsync(toy, thing, $"version {change}");
                await Task.Delay(dice.Next(40));
            }
        }));
        var kills = 0;
        while (!writing.IsCompleted || kills < 3)
        {
            await Task.Delay(random.Next(200, 1500));
            var victim = random.Next(relays.Count);
            await relays[victim].EndAsync(ProcessSignal.Kill);
            relays[victim] = scene.Launch("toy", small);
            kills++;
        }

        await writing;
        await scene.SettleAsync(tally, TimeSpan.FromMinutes(3), acknowledgeCommitted: true);
        await Eventually.TrueAsync(() => Task.FromResult(observer.Arrived - observer.Repeated() >= tally.Acknowledged), "the observer has seen all");
        tally.Unexpected += observer.OutOfOrder();
        tally.Duplicated = observer.Repeated();
        tally.Note = $"{things.Length} things, 3 relays, {kills} kills, {observer.OutOfOrder()} out of order";
        tally.Check();
    }

    [Fact]
    public async Task P11_A_frozen_relay_harms_nothing_when_it_wakes()
    {
        var tally = new Tally("P11");
        var random = new Random(tally.Seed);
        await using var scene = await Scene.CreateAsync(("Wir:Messaging:RelayIdleTimeout", "00:00:03"), ("Wir:Messaging:PublishTimeout", "00:00:02"));
        await using var observer = await Observer.ConnectAsync(scene);
        await observer.ObserveAsync();
        await scene.StartCopyAsync();
        var things = await scene.CreateThingsAsync(10);
        await using var toy = ToyApps.BuildToy([], scene.Settings);
        var stop = false;
        var writing = Task.WhenAll(things.Select(async thing =>
        {
            for (var change = 2; !Volatile.Read(ref stop); change++)
            {
                await Scene.ChangeAsync(toy, thing, $"version {change}");
                await Task.Delay(20);
            }
        }));
        var frozen = scene.Launch("toy");
        var other = scene.Launch("toy");
        for (var round = 0; round < Counts.Of(1, 5); round++)
        {
            // Within a round of the relay: it holds row locks, and events are on their way.
            await Eventually.TrueAsync(async () => await HoldingAsync(scene) > 0, "a relay holds rows");
            await Task.Delay(random.Next(200));
            frozen.Signal(ProcessSignal.Stop);
            // Past the lock limit (3 s); every second time in full runs past the broker's patience (10 s heartbeat, two missed), too.
            await Task.Delay(TimeSpan.FromSeconds(Counts.Full && round % 2 == 0 ? 35 : 5));
            var before = observer.Arrived;
            await Eventually.TrueAsync(() => Task.FromResult(observer.Arrived > before + 20), "the other relay carries on");
            frozen.Signal(ProcessSignal.Continue);
            tally.Recovered++;
            (frozen, other) = (other, frozen);
        }

        Volatile.Write(ref stop, true);
        await writing;
        await scene.SettleAsync(tally, acknowledgeCommitted: true);
        await Eventually.TrueAsync(() => Task.FromResult(observer.Arrived - observer.Repeated() >= tally.Acknowledged), "the observer has seen all");
        tally.Unexpected += observer.OutOfOrder();
        tally.Duplicated = observer.Repeated();
        tally.Note = $"{Counts.Of(1, 5)} freezes, {observer.OutOfOrder()} out of order";
        tally.Check();
    }

    private static Func<Task<bool>> Committed(ServiceProcess writer, int count) => () => Task.FromResult(CommittedLine().Count(writer.Output) >= count);

    private static Task<long> BrakingAsync(Scene scene) => Scene.ScalarAsync<long>(
        scene.Toy, "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'");

    private static Task<long> HoldingAsync(Scene scene) => Scene.ScalarAsync<long>(
        scene.Toy, "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction' and query like '%head as materialized%'");

    private static async Task ReleaseAsync(Scene scene)
    {
        await Scene.ExecuteAsync(scene.Toy, "delete from toy.brake");
        await Scene.ExecuteAsync(scene.Toy, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'");
        NpgsqlConnection.ClearAllPools();
    }

    private static Task<long> PendingAsync(Scene scene) => Scene.ScalarAsync<long>(scene.Toy, "select count(*) from toy.outbox_message");

    private static Task<long> EffectsAsync(Scene scene) => Scene.ScalarAsync<long>(scene.Copy, "select count(*) from copy.effect");

    private static Task SentAsync(Scene scene) => Eventually.TrueAsync(async () => await PendingAsync(scene) == 0, "everything is sent");

    [GeneratedRegex("^committed ([0-9a-f-]{36}) ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex CommittedLine();
}
