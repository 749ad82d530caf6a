using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Wir.TestKit;
using Wir.TestKit.Servers;
using Wir.ToyService;
using Xunit;

namespace Wir.Reliability.Tests;

/// <summary>Servers that go away, and topology that is not there.</summary>
[Lane(Lane.Reliability)]
public sealed class OutageTests
{
    [Fact]
    public async Task P2_Every_event_arrives_within_five_seconds_of_the_broker_being_back()
    {
        var tally = new Tally("P2");
        await using var scene = await Scene.CreateAsync(("Wir:Messaging:GaugeInterval", "00:00:01"));
        var things = await scene.CreateThingsAsync(20);
        var toy = await scene.StartToyAsync();
        await scene.StartCopyAsync();
        using var gauge = new GaugeReader("wir.outbox.oldest_age", "toy");
        await Eventually.TrueAsync(async () => await ConsumingTests.EffectsAsync(scene) == 20, "the services work");
        var clock = Stopwatch.StartNew();
        await Scene.ChangeAsync(toy, things[0], "how long one takes now");
        await Eventually.TrueAsync(async () => await ConsumingTests.EffectsAsync(scene) == 21, "one more effect");
        // A machine on which a single event takes a second, because others use it, too, cannot drain hundreds in five.
        var patience = TimeSpan.FromSeconds(Counts.Patience(5)) + (Counts.Full ? TimeSpan.Zero : clock.Elapsed * 10);
        using var load = new CancellationTokenSource();
        var writing = WriteAsync(toy, things, load.Token);

        await ControlAsync(scene, "stop_app");
        await Task.Delay(TimeSpan.FromSeconds(Counts.Of(5, 60)));
        gauge.Read();
        tally.Recovered = await Scene.ScalarAsync<long>(scene.Toy, "select count(*) from toy.outbox_message");
        await ControlAsync(scene, "start_app");
        await load.CancelAsync();
        await writing;
        clock.Restart();
        await Eventually.TrueAsync(async () => await Scene.ScalarAsync<long>(scene.Toy, "select count(*) from toy.outbox_message") == 0, "the broker has confirmed every event");
        var arrived = clock.Elapsed;
        await scene.SettleAsync(tally, acknowledgeCommitted: true);
        tally.Note = FormattableString.Invariant(
            $"broker stopped for {Counts.Of(5, 60)} s; after it was back, all in their queues after {arrived.TotalSeconds:0.0} s, all effects after {clock.Elapsed.TotalSeconds:0.0} s; oldest age {gauge.Highest:0} s at most");
        tally.Check();
        await Eventually.TrueAsync(() => Task.FromResult(gauge.Read() == 0), "the gauge of the oldest row's age is back to 0");
        Assert.True(arrived < patience, $"the promise: within 5 s (here {patience.TotalSeconds:0.0} s)");
        Assert.True(gauge.Highest > 1, "the gauge has shown the outage");
        Assert.Equal(0, await Scene.ScalarAsync<long>(scene.Toy, "select count(*) from toy.outbox_message where dead_at is not null"));
    }

    [Fact]
    public async Task P2_A_killed_database_and_a_killed_broker_lose_nothing()
    {
        var tally = new Tally("P2k");
        await using var scene = await Scene.CreateAsync();
        var things = await scene.CreateThingsAsync(20);
        var toy = await scene.StartToyAsync();
        await scene.StartCopyAsync();
        for (var round = 0; round < Counts.Of(1, 4); round++)
        {
            using var load = new CancellationTokenSource();
            var writing = WriteAsync(toy, things, load.Token);
            await Task.Delay(1000);
            // SIGQUIT is "pg_ctl stop -m immediate": no checkpoint, recovery at the next start.
            await scene.Servers.Postgres.EndAsync(round % 2 == 0 ? Signal.Quit : Signal.Kill);
            await scene.Servers.Postgres.StartAsync();
            await Task.Delay(1000);
            await scene.Servers.RabbitMq.EndAsync(Signal.Kill);
            await scene.Servers.RabbitMq.StartAsync();
            await load.CancelAsync();
            await writing;
            // The first question may go out over a connection that died with the server.
            await Eventually.TrueAsync(async () =>
            {
                tally.Recovered += await Scene.ScalarAsync<long>(scene.Toy, "select count(*) from toy.outbox_message");
                return true;
            }, "the database answers again");
        }

        await scene.SettleAsync(tally, acknowledgeCommitted: true);
        tally.Note = $"{Counts.Of(1, 4)} × PostgreSQL and RabbitMQ killed under load";
        tally.Check();
    }

    [Fact]
    public async Task P8_With_no_queue_bound_the_events_wait_and_with_another_the_check_reports_the_missing_binding()
    {
        var tally = new Tally("P8");
        await using var scene = await Scene.CreateAsync(
            ("Toy:Journal", "true"), ("Wir:Messaging:TopologyInterval", $"00:00:{Counts.Of(2, 50)}"));
        var things = await scene.CreateThingsAsync(10);
        var toy = await scene.StartToyAsync();
        var copy = await scene.StartCopyAsync();
        await Eventually.TrueAsync(async () => await ConsumingTests.EffectsAsync(scene) == 10, "the services work");

        // One of two subscribers is cut off: the broker is content, the check is not.
        await UnbindAsync(scene, "toy.thing-changed.v1", "copy.things");
        foreach (var thing in things) await Scene.ChangeAsync(toy, thing, "unheard");
        var clock = Stopwatch.StartNew();
        await Eventually.TrueAsync(async () => (await ReadyAsync(copy)).Contains("Binding from toy.thing-changed.v1 to exchange copy.things is missing.", StringComparison.Ordinal),
            "the missing binding is reported, and readiness is degraded", TimeSpan.FromSeconds(60));
        var seconds = clock.Elapsed.TotalSeconds;
        await Eventually.TrueAsync(async () => await Scene.ScalarAsync<long>(scene.Toy, "select count(*) from toy.outbox_message") == 0, "the broker has taken them");

        // Nobody is left: now the broker returns the events, and they wait.
        await UnbindAsync(scene, "toy.thing-changed.v1", "wir.events");
        foreach (var thing in things) await Scene.ChangeAsync(toy, thing, "kept");
        await Eventually.TrueAsync(async () => await Scene.ScalarAsync<long>(scene.Toy, "select count(*) from toy.outbox_message where attempts > 0 and dead_at is null") == 10,
            "ten rows are kept");

        // Repaired by an operator; what was missed meanwhile is healed from the owner's log.
        Assert.Equal(0, await Wir.Messaging.ServiceRunner.RunServiceAsync<ToyDb>(ToyApps.BuildToy([], scene.Settings), ["migrate"]));
        Assert.Equal(0, await Wir.Messaging.ServiceRunner.RunServiceAsync<CopyDb>(ToyApps.BuildCopy([], scene.Settings), ["migrate"]));
        await Eventually.TrueAsync(async () => await ConsumingTests.EffectsAsync(scene) == 20, "the kept ones arrive");
        await HealAsync(scene, toy);
        await scene.SettleAsync(tally, acknowledgeCommitted: true);
        tally.Recovered = 20;
        tally.Note = FormattableString.Invariant($"missing binding reported after {seconds:0.0} s; 10 kept, 10 healed from the log");
        tally.Check();
    }

    [Fact]
    public async Task P8_A_message_that_crashes_its_consumer_again_and_again_lands_in_the_dead_letter_and_is_counted()
    {
        var tally = new Tally("P8d");
        await using var scene = await Scene.CreateAsync(("Wir:Messaging:DeliveryLimit", "2"));
        await using var writer = ToyApps.BuildToy([], scene.Settings);
        var crash = Guid.CreateVersion7();
        await Scene.ChangeAsync(writer, crash, "crash");
        await scene.StartToyAsync();
        var crashes = 0;
        while (crashes < 3)
        {
            await using var victim = scene.Launch("copy");
            await victim.WaitForExitAsync();
            Assert.NotEqual(0, victim.ExitCode);
            crashes++;
        }

        await scene.CreateThingsAsync(5);
        var copy = await scene.StartCopyAsync();
        using var client = scene.Client(copy, "copy");
        var queue = (JsonElement)await Eventually.ValueAsync<object>(
            async () => (await client.GetFromJsonAsync<JsonElement>("internal/messaging")).GetProperty("queues")[0] is var q && q.GetProperty("errors").GetInt64() == 1 ? q : null,
            "the message is counted in the error queue");
        await Eventually.TrueAsync(async () => await ConsumingTests.EffectsAsync(scene) == 5, "the others are done");
        tally.Acknowledged = 6;
        tally.Recovered = 1;
        tally.Lost = 6 - 5 - queue.GetProperty("errorMessages").GetArrayLength();
        tally.Note = $"{crashes} crashes, reason {queue.GetProperty("errorMessages")[0].GetProperty("reason")}";
        tally.Check();
        Assert.Equal("delivery_limit", queue.GetProperty("errorMessages")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task P2h_Consumers_whose_start_hangs_are_started_anew_and_hold_up_no_stop()
    {
        var tally = new Tally("P2h");
        await using var broker = new Proxy(new Uri((await Servers.GetAsync()).Broker.AmqpUri).Port);
        await using var scene = await Scene.CreateAsync();
        await scene.CreateThingsAsync(5);
        await scene.StartToyAsync();
        var address = new UriBuilder(scene.Settings["ConnectionStrings:rabbitmq"]!) { Port = broker.Port }.Uri.AbsoluteUri;
        broker.SwallowAnswersTo = "copy.things";
        var copy = await scene.StartCopyAsync(("ConnectionStrings:rabbitmq", address));
        await Eventually.TrueAsync(() => Task.FromResult(broker.Swallowed > 0), "the consumers wait for an answer");
        // Longer than they wait.
        await Task.Delay(TimeSpan.FromSeconds(15));
        broker.SwallowAnswersTo = null;

        await scene.SettleAsync(tally, TimeSpan.FromSeconds(60), acknowledgeCommitted: true);
        tally.Recovered = tally.Acknowledged;
        broker.SwallowAnswersTo = "copy.things";
        broker.Cut();
        var swallowed = broker.Swallowed;
        await Eventually.TrueAsync(() => Task.FromResult(broker.Swallowed > swallowed), "they wait again");
        var clock = Stopwatch.StartNew();
        await copy.StopAsync();
        tally.Note = FormattableString.Invariant($"stopped after {clock.Elapsed.TotalSeconds:0.0} s");
        tally.Check();
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task P9_A_dead_database_and_a_dead_broker_cost_no_storm_and_no_restart()
    {
        var tally = new Tally("P9");
        var servers = await Servers.GetAsync();
        await using var postgres = new Proxy(new NpgsqlConnectionStringBuilder(servers.Database.ConnectionString()).Port);
        await using var broker = new Proxy(new Uri(servers.Broker.AmqpUri).Port);
        await using var scene = await Scene.CreateAsync();
        var things = await scene.CreateThingsAsync(5);
        (string, string)[] settings =
        [
            ("ConnectionStrings:toydb", Through(scene.Settings["ConnectionStrings:toydb"]!, postgres)),
            ("ConnectionStrings:rabbitmq", new UriBuilder(scene.Settings["ConnectionStrings:rabbitmq"]!) { Port = broker.Port }.Uri.AbsoluteUri),
            ("Wir:BrokerManagement", ""),
        ];
        var toy = scene.Launch("toy", settings);
        await scene.StartCopyAsync();
        await Eventually.TrueAsync(async () => await ConsumingTests.EffectsAsync(scene) == 5, "the services work");

        var seconds = Counts.Of(8, 30);
        var (attemptsBefore, cpuBefore) = (postgres.Accepted + broker.Accepted, CpuSeconds(toy.Id));
        (postgres.Refuse, broker.Refuse) = (true, true);
        postgres.Cut();
        broker.Cut();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var perMinute = (postgres.Accepted + broker.Accepted - attemptsBefore) * 60 / seconds;
        var cpu = (CpuSeconds(toy.Id) - cpuBefore) / seconds;
        (postgres.Refuse, broker.Refuse) = (false, false);
        await using var writer = ToyApps.BuildToy([], scene.Settings);
        foreach (var thing in things) await Scene.ChangeAsync(writer, thing, "after the outage");
        tally.Recovered = things.Length;
        await scene.SettleAsync(tally, acknowledgeCommitted: true);
        tally.Note = FormattableString.Invariant($"both away for {seconds} s: {perMinute} attempts a minute, {cpu:P0} of one processor");
        tally.Check();
        Assert.False(toy.HasExited);
        Assert.InRange(perMinute, 1, 400);
        Assert.InRange(cpu, 0, 0.25);
    }

    private static async Task WriteAsync(Microsoft.AspNetCore.Builder.WebApplication toy, Guid[] things, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                await Scene.ChangeAsync(toy, things[i % things.Length], $"{i}");
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException or Microsoft.EntityFrameworkCore.DbUpdateException)
            {
                // The database is away: not acknowledged, so nothing is promised.
            }

            await Task.Delay(15, CancellationToken.None);
        }
    }

    private static Task<string> ControlAsync(Scene scene, string command) =>
        ChildProcess.RunAsync(scene.Servers.Broker.Control(command), default);

    private static async Task UnbindAsync(Scene scene, string source, string destination) =>
        (await scene.Management.DeleteAsync($"api/bindings/{scene.Name}/e/{source}/e/{destination}/~")).EnsureSuccessStatusCode();

    private static async Task<string> ReadyAsync(Microsoft.AspNetCore.Builder.WebApplication app)
    {
        var ready = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        return ready.Status == HealthStatus.Degraded ? ready.Entries["topology"].Description ?? "" : "";
    }

    private static async Task HealAsync(Scene scene, Microsoft.AspNetCore.Builder.WebApplication toy)
    {
        await using var observer = await Observer.ConnectAsync(scene);
        using var source = scene.Client(toy, "toy");
        foreach (var row in (await source.GetFromJsonAsync<JsonElement>("internal/events?limit=5000")).GetProperty("data").EnumerateArray())
        {
            await observer.SendAsync("copy.things", row.GetProperty("event").GetRawText());
        }
    }

    private static string Through(string connection, Proxy proxy) => new NpgsqlConnectionStringBuilder(connection) { Port = proxy.Port }.ConnectionString;

    /// <summary>User and system time of a process so far.</summary>
    private static double CpuSeconds(int id)
    {
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], System.Globalization.CultureInfo.InvariantCulture) + long.Parse(fields[12], System.Globalization.CultureInfo.InvariantCulture)) / 100.0;
    }
}
