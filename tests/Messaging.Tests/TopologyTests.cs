using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Wir.Messaging.Broker;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Messaging.Tests;

[Lane(Lane.Functional)]
public sealed class TopologyTests : IAsyncLifetime
{
    private readonly Toys _toys = new();

    public ValueTask InitializeAsync() => _toys.InitializeAsync();

    public ValueTask DisposeAsync() => _toys.DisposeAsync();

    [Fact]
    public async Task A_missing_binding_is_named_and_degrades_readiness_until_it_is_back()
    {
        var copy = await _toys.StartCopyAsync(("Wir:Messaging:TopologyInterval", "00:00:00.3"));
        using var client = _toys.Client(copy, "copy", Scopes.PlatformAdmin);
        await Eventually.TrueAsync(async () => await DifferencesAsync(client) is [], "all is as declared");

        using (await _toys.Broker.Management.DeleteAsync($"api/bindings/{_toys.Broker.Name}/e/toy.thing-changed.v1/e/copy.things/~")) { }

        await Eventually.TrueAsync(
            async () => await DifferencesAsync(client) is ["Binding from toy.thing-changed.v1 to exchange copy.things is missing."], "the missing binding is named");
        var health = await copy.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Equal(0, await ToyApps.BuildCopy([], _toys.Settings).RunServiceAsync<CopyDb>(["migrate"]));
        await Eventually.TrueAsync(async () => await DifferencesAsync(client) is [], "migrate has repaired it");
    }

    [Fact]
    public async Task A_missing_queue_is_named_and_events_wait_for_it()
    {
        var toy = await _toys.StartToyAsync();
        await using (var copy = ToyApps.BuildCopy([], _toys.Settings))
        {
            foreach (var queue in new[] { "copy.things", "copy.journal" }) (await _toys.Broker.Management.DeleteAsync($"api/queues/{_toys.Broker.Name}/{queue}")).Dispose();
            var report = await copy.Services.GetRequiredService<TopologyCheck>().CheckAsync(default);
            Assert.Contains("Queue copy.things is missing.", report.Differences);
        }

        var thing = Guid.CreateVersion7();
        await Toys.ChangeAsync(toy, thing, "patient");
        await Eventually.TrueAsync(
            async () => await Toys.ScalarAsync<int>(_toys.ToySource, "select coalesce(max(attempts), 0) from toy.outbox_message") > 6, "more attempts than a bad row has");

        Assert.Equal("No queue is bound to the event's exchange.", await Toys.ScalarAsync<string>(_toys.ToySource, "select last_error from toy.outbox_message where dead_at is null"));
        Assert.Equal(0, await ToyApps.BuildCopy([], _toys.Settings).RunServiceAsync<CopyDb>(["migrate"]));
        await _toys.StartCopyAsync();
        await Eventually.TrueAsync(async () => await Toys.ScalarAsync<long>(_toys.CopySource, "select count(*) from copy.effect") == 1, "the event arrives");
    }

    [Fact]
    public async Task Without_the_management_API_missing_queues_and_other_arguments_are_seen_and_bindings_made_again()
    {
        var settings = _toys.With(("Wir:BrokerManagement", ""));
        (await _toys.Broker.Management.DeleteAsync($"api/bindings/{_toys.Broker.Name}/e/toy.thing-changed.v1/e/copy.things/~")).Dispose();
        await using (var same = ToyApps.BuildCopy([], settings))
        {
            Assert.Empty((await same.Services.GetRequiredService<TopologyCheck>().CheckAsync(default)).Differences);
        }

        var bindings = await _toys.Broker.Management.GetFromJsonAsync<JsonElement>($"api/exchanges/{_toys.Broker.Name}/copy.things/bindings/destination");
        Assert.Contains(bindings.EnumerateArray(), b => b.GetProperty("source").GetString() == "toy.thing-changed.v1");

        settings["Wir:Messaging:DeliveryLimit"] = "5";
        (await _toys.Broker.Management.DeleteAsync($"api/queues/{_toys.Broker.Name}/copy.journal_error")).Dispose();
        await using var other = ToyApps.BuildCopy([], settings);
        var differences = (await other.Services.GetRequiredService<TopologyCheck>().CheckAsync(default)).Differences;
        Assert.Contains("Queue copy.journal_error is missing.", differences);
        Assert.Contains(differences, d => d.StartsWith("Queue copy.things has other arguments", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_the_management_API_other_arguments_are_named()
    {
        await using var other = ToyApps.BuildCopy([], _toys.With(("Wir:Messaging:DeliveryLimit", "5")));

        var report = await other.Services.GetRequiredService<TopologyCheck>().CheckAsync(default);

        Assert.Contains("Queue copy.things has x-delivery-limit = 20 instead of 5.", report.Differences);
        Assert.True(report.BindingsChecked);
    }

    [Fact]
    public async Task Events_that_no_queue_takes_do_not_hold_up_those_behind_them()
    {
        var toy = await _toys.StartToyAsync(("Wir:Messaging:RunRelay", "false"));
        (await _toys.Broker.Management.DeleteAsync($"api/queues/{_toys.Broker.Name}/copy.journal")).Dispose();
        await _toys.StartCopyAsync(("Toy:Journal", "false"));
        for (var i = 0; i < 10; i++) await NoteAsync(toy);
        await Toys.ChangeAsync(toy, Guid.CreateVersion7(), "behind them");

        // One row a round: by its place in the line, each of the ten would come again before the eleventh has its turn.
        await _toys.StartToyAsync(("Wir:Messaging:BatchSize", "1"), ("Wir:Messaging:AttemptDelay", "00:00:00.5"));

        await Eventually.TrueAsync(async () => await Toys.ScalarAsync<long>(_toys.CopySource, "select count(*) from copy.effect") == 1, "the event behind them arrives");
        Assert.Equal(10, await Toys.ScalarAsync<long>(_toys.ToySource, "select count(*) from toy.outbox_message where attempts > 0"));
    }

    private static async Task NoteAsync(Microsoft.AspNetCore.Builder.WebApplication toy)
    {
        await using var scope = toy.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ToyDb>();
        db.Emit(new ThingNoted { ThingId = Guid.CreateVersion7() });
        await db.SaveChangesAsync();
    }

    private static async Task<string[]> DifferencesAsync(HttpClient client)
    {
        var topology = (await client.GetFromJsonAsync<JsonElement>("internal/messaging")).GetProperty("topology");
        return topology.GetProperty("checkedAt").ValueKind == JsonValueKind.Null
            ? ["not checked yet"]
            : [.. topology.GetProperty("differences").EnumerateArray().Select(d => d.GetString()!)];
    }
}
