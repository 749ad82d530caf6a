using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Xunit;

namespace Wir.Messaging.Tests;

/// <summary>What is given up: seen, repaired, sent again. Each test has services of its own.</summary>
[Lane(Lane.Functional)]
public sealed class OperatorTests : IAsyncLifetime
{
    private readonly Toys _toys = new();

    public ValueTask InitializeAsync() => _toys.InitializeAsync();

    public ValueTask DisposeAsync() => _toys.DisposeAsync();

    [Fact]
    public async Task A_poisoned_event_ends_in_the_error_queue_and_is_replayed_from_there_once()
    {
        var toy = await _toys.StartToyAsync();
        var copy = await _toys.StartCopyAsync();
        using var client = _toys.Client(copy, "copy", Scopes.PlatformAdmin);
        var thing = Guid.CreateVersion7();

        await Toys.ChangeAsync(toy, thing, "poison");
        await Toys.ChangeAsync(toy, thing, "harmless");
        var error = await Eventually.ValueAsync(async () => await ErrorOfAsync(client) is { } e ? (object)e : null, "the event is in the error queue");

        var message = (JsonElement)error;
        Assert.Equal(await Toys.ScalarAsync<Guid>(_toys.ToySource, $"select id from toy.event_log where aggregate_id = '{thing}' and sequence = 1"),
            Guid.Parse(message.GetProperty("messageId").GetString()!));
        Assert.Contains("Cannot bear poison", message.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(6, message.GetProperty("attempts").GetInt32()); // three in memory, three from the table
        Assert.Equal(1, await EffectsAsync(thing));
        Assert.Equal("harmless", await Toys.ScalarAsync<string>(_toys.CopySource, $"select text from copy.view where thing_id = '{thing}'"));

        await Toys.ExecuteAsync(_toys.CopySource, "insert into copy.antidote values ('all')");
        Assert.Equal(1, await ReplayAsync(client, new { what = "errors", queue = "copy.things" }));
        await Eventually.TrueAsync(async () => await EffectsAsync(thing) == 2, "the replayed event has its effect");
        Assert.Equal(0, await ReplayAsync(client, new { what = "errors" }));
        Assert.Equal("harmless", await Toys.ScalarAsync<string>(_toys.CopySource, $"select text from copy.view where thing_id = '{thing}'"));
    }

    [Fact]
    public async Task A_delivery_that_waits_for_its_retry_is_shown_and_can_be_called_at_once()
    {
        var toy = await _toys.StartToyAsync();
        var copy = await _toys.StartCopyAsync(("Wir:Messaging:RetryDelays:0", "01:00:00"));
        using var client = _toys.Client(copy, "copy", Scopes.PlatformAdmin);
        var thing = Guid.CreateVersion7();
        await Toys.ChangeAsync(toy, thing, "poison");
        await Eventually.TrueAsync(
            async () => (await OverviewAsync(client)).GetProperty("retry").GetProperty("depth").GetInt64() == 1, "the delivery waits");

        var row = (await OverviewAsync(client)).GetProperty("retry").GetProperty("rows")[0];
        await Toys.ExecuteAsync(_toys.CopySource, "insert into copy.antidote values ('all')");
        Assert.Equal(1, await ReplayAsync(client, new { what = "retry", messageId = row.GetProperty("messageId").GetGuid() }));

        Assert.Equal("copy.things", row.GetProperty("queue").GetString());
        Assert.Equal(3, row.GetProperty("attempts").GetInt32());
        await Eventually.TrueAsync(async () => await EffectsAsync(thing) == 1, "the delivery has its effect");
        await Eventually.TrueAsync(async () => await Toys.ScalarAsync<long>(_toys.CopySource, "select count(*) from copy.retry_message") == 0, "nothing waits any more");
    }

    [Fact]
    public async Task A_row_that_cannot_be_sent_is_dead_lets_the_next_one_out_and_can_be_replayed()
    {
        var toy = await _toys.StartToyAsync(("Wir:Messaging:RunRelay", "false"));
        var thing = Guid.CreateVersion7();
        await Toys.ChangeAsync(toy, thing, "bad");
        await Toys.ChangeAsync(toy, thing, "good");
        await Toys.ExecuteAsync(_toys.ToySource, "update toy.outbox_message set type = 'no urn' where sequence = 1");
        await _toys.StartCopyAsync();
        var relay = await _toys.StartToyAsync(("Wir:Messaging:MaxAttempts", "3"));
        using var client = _toys.Client(relay, "toy", Scopes.PlatformAdmin);

        await Eventually.TrueAsync(async () => await EffectsAsync(thing) == 1, "the second event gets out");
        var outbox = (await OverviewAsync(client)).GetProperty("outbox");
        var dead = Assert.Single(outbox.GetProperty("deadRows").EnumerateArray());

        Assert.Equal(1, outbox.GetProperty("dead").GetInt64());
        Assert.Equal(3, dead.GetProperty("attempts").GetInt32());
        Assert.Contains("no urn", dead.GetProperty("lastError").GetString(), StringComparison.Ordinal);
        await Toys.ExecuteAsync(_toys.ToySource, "update toy.outbox_message set type = 'urn:message:wir:toy:thing-changed:v1'");
        Assert.Equal(1, await ReplayAsync(client, new { what = "outbox", messageId = dead.GetProperty("id").GetGuid() }));
        await Eventually.TrueAsync(async () => await EffectsAsync(thing) == 2, "the first event gets out");
        Assert.Equal("good", await Toys.ScalarAsync<string>(_toys.CopySource, $"select text from copy.view where thing_id = '{thing}'"));
    }

    [Fact]
    public async Task What_is_no_event_goes_to_the_error_queue_as_it_is_and_the_rest_is_done()
    {
        var toy = await _toys.StartToyAsync();
        var copy = await _toys.StartCopyAsync();
        using var client = _toys.Client(copy, "copy", Scopes.PlatformAdmin);
        var thing = Guid.CreateVersion7();

        foreach (var (body, type) in new[] { ("not json", "application/json"), ("""{"id":1}""", "application/json"), ("<a/>", "text/xml"), ("", "") })
        {
            using var published = await _toys.Broker.Management.PostAsJsonAsync($"api/exchanges/{_toys.Broker.Name}/copy.things/publish", new
            {
                properties = new { content_type = type, delivery_mode = 2 },
                routing_key = "",
                payload = body,
                payload_encoding = "string",
            });
            Assert.True((await published.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("routed").GetBoolean());
        }

        await Toys.ChangeAsync(toy, thing, "harmless");
        await Eventually.TrueAsync(async () => await EffectsAsync(thing) == 1, "the event has its effect");
        await Eventually.TrueAsync(
            async () => (await QueueAsync(client)).GetProperty("errors").GetInt64() == 4, "all four are in the error queue");
        Assert.All((await QueueAsync(client)).GetProperty("errorMessages").EnumerateArray(), m => Assert.NotEqual("", m.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task A_delivery_whose_handling_fails_while_the_service_stops_is_given_back_and_not_given_up()
    {
        var toy = await _toys.StartToyAsync();
        // Long enough that the second failure comes when the stop has begun, whatever else the machine does.
        var copy = await _toys.StartCopyAsync(("Wir:Messaging:ImmediateDelay", "00:00:02"));
        var gate = (ToyService.Gate)copy.Services.GetService(typeof(ToyService.Gate))!;
        var thing = Guid.CreateVersion7();
        var (entered, stopping) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        gate.OnEnter = async (envelope, _) =>
        {
            if (envelope.AggregateId != thing) return;
            entered.TrySetResult();
            await stopping.Task;
            throw new InvalidOperationException("in the middle of the stop");
        };

        await Toys.ChangeAsync(toy, thing, "given back");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(90));
        using var registration = copy.Lifetime.ApplicationStopping.Register(stopping.SetResult);
        await copy.StopAsync();

        Assert.Equal(0, await EffectsAsync(thing));
        Assert.Equal(0, await Toys.ScalarAsync<long>(_toys.CopySource, "select count(*) from copy.retry_message"));
        var next = await _toys.StartCopyAsync();
        await Eventually.TrueAsync(async () => await EffectsAsync(thing) == 1, "another instance has done it");
        using var client = _toys.Client(next, "copy", Scopes.PlatformAdmin);
        Assert.Equal(0, (await QueueAsync(client)).GetProperty("errors").GetInt64());
    }

    [Fact]
    public async Task An_error_queue_that_is_gone_keeps_its_delivery_in_the_table_and_holds_up_no_other()
    {
        var toy = await _toys.StartToyAsync();
        var copy = await _toys.StartCopyAsync();
        (await _toys.Broker.Management.DeleteAsync($"api/exchanges/{_toys.Broker.Name}/copy.things_error")).Dispose();
        var gate = (ToyService.Gate)copy.Services.GetService(typeof(ToyService.Gate))!;
        var (hopeless, late) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Toys.ChangeAsync(toy, hopeless, "poison");
        await Eventually.TrueAsync(
            async () => await Toys.ScalarAsync<long>(_toys.CopySource, "select count(*) from copy.retry_message where round = 2 and attempts > 5") == 1,
            "the delivery could not be given up and waits");

        gate.OnEnter = (envelope, _) => envelope.AggregateId == late && gate.Calls <= 10 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
        await Toys.ChangeAsync(toy, late, "late");

        await Eventually.TrueAsync(async () => await EffectsAsync(late) == 1, "the other delivery has its effect by a retry");
        await Eventually.TrueAsync(async () => await Toys.ScalarAsync<long>(_toys.CopySource, "select count(*) from copy.retry_message") == 1, "only the first one waits");
    }

    [Fact]
    public async Task A_failure_whose_text_no_database_would_take_is_put_by_like_others()
    {
        var toy = await _toys.StartToyAsync();
        var copy = await _toys.StartCopyAsync(("Wir:Messaging:RetryDelays:0", "01:00:00"));
        using var client = _toys.Client(copy, "copy", Scopes.PlatformAdmin);
        var gate = (ToyService.Gate)copy.Services.GetService(typeof(ToyService.Gate))!;
        gate.OnEnter = (_, _) => throw new InvalidOperationException("a\0b \ud83c" + new string('x', 2000));

        await Toys.ChangeAsync(toy, Guid.CreateVersion7(), "fails");

        await Eventually.TrueAsync(async () => (await OverviewAsync(client)).GetProperty("retry").GetProperty("depth").GetInt64() == 1, "the delivery waits");
        var row = (await OverviewAsync(client)).GetProperty("retry").GetProperty("rows")[0];
        Assert.StartsWith("InvalidOperationException: a\uFFFDb \uFFFDx", row.GetProperty("lastError").GetString(), StringComparison.Ordinal);
        Assert.Equal("urn:message:wir:toy:thing-changed:v1", row.GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_handlers_own_time_out_is_a_failure_like_others()
    {
        var toy = await _toys.StartToyAsync();
        var copy = await _toys.StartCopyAsync();
        var gate = (ToyService.Gate)copy.Services.GetService(typeof(ToyService.Gate))!;
        gate.OnEnter = (_, _) => gate.Calls <= 4 ? throw new TaskCanceledException("too slow") : Task.CompletedTask;
        var thing = Guid.CreateVersion7();

        await Toys.ChangeAsync(toy, thing, "slow at first");

        await Eventually.TrueAsync(async () => await EffectsAsync(thing) == 1, "the event has its effect in the second round of retries");
        Assert.Equal(5, gate.Calls);
    }

    [Fact]
    public async Task A_message_delivered_too_often_by_the_broker_is_in_the_error_queue_with_the_brokers_reason()
    {
        var toy = await _toys.StartToyAsync();
        await Toys.ChangeAsync(toy, Guid.CreateVersion7(), "crashes its consumer");
        var deliveries = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                using var got = await _toys.Broker.Management.PostAsJsonAsync(
                    $"api/queues/{_toys.Broker.Name}/copy.things/get", new { count = 1, ackmode = "reject_requeue_true", encoding = "auto" });
                deliveries += (await got.Content.ReadFromJsonAsync<JsonElement>()).GetArrayLength();
                return deliveries > 20;
            },
            "the broker has delivered it 21 times");

        var copy = await _toys.StartCopyAsync();
        using var client = _toys.Client(copy, "copy", Scopes.PlatformAdmin);

        var error = (JsonElement)await Eventually.ValueAsync(async () => await ErrorOfAsync(client) is { } e ? (object)e : null, "the message is in the error queue");
        Assert.Equal("delivery_limit", error.GetProperty("reason").GetString());
        Assert.Equal("urn:message:wir:toy:thing-changed:v1", error.GetProperty("type").GetString());
    }

    [Fact]
    public async Task Only_operators_look_and_replay_and_wrong_requests_are_named()
    {
        var copy = await _toys.StartCopyAsync();
        using var reader = _toys.Client(copy, "copy", Scopes.ReadInternal);
        using var admin = _toys.Client(copy, "copy", Scopes.PlatformAdmin);

        using var look = await reader.GetAsync("internal/messaging");
        using var replay = await reader.PostAsJsonAsync("internal/messaging/replay", new { what = "errors" });
        using var events = await admin.GetAsync("internal/events");
        using var unknownQueue = await admin.PostAsJsonAsync("internal/messaging/replay", new { what = "errors", queue = "copy.dreams" });
        using var unknownWhat = await admin.PostAsJsonAsync("internal/messaging/replay", new { what = "everything" });
        using var unknownMember = await admin.PostAsJsonAsync("internal/messaging/replay", new { what = "errors", que = "copy.things" });
        using var noJson = await admin.PostAsync("internal/messaging/replay", new StringContent("{", System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(
            [HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest],
            new[] { look, replay, events, unknownQueue, unknownWhat, unknownMember, noJson }.Select(r => r.StatusCode));
        Assert.Equal("/queue", await PointerAsync(unknownQueue));
        Assert.Equal("/what", await PointerAsync(unknownWhat));
        Assert.Equal("/que", await PointerAsync(unknownMember));
    }

    private static async Task<string?> PointerAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0].GetProperty("pointer").GetString();

    private static Task<JsonElement> OverviewAsync(HttpClient client) => client.GetFromJsonAsync<JsonElement>("internal/messaging");

    private static async Task<JsonElement> QueueAsync(HttpClient client) =>
        (await OverviewAsync(client)).GetProperty("queues").EnumerateArray().Single(q => q.GetProperty("name").GetString() == "copy.things");

    private static async Task<JsonElement?> ErrorOfAsync(HttpClient client) =>
        (await QueueAsync(client)).GetProperty("errorMessages").EnumerateArray().Select(m => (JsonElement?)m).FirstOrDefault();

    private static async Task<int> ReplayAsync(HttpClient client, object request)
    {
        using var answer = await client.PostAsJsonAsync("internal/messaging/replay", request);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("replayed").GetInt32();
    }

    private Task<long> EffectsAsync(Guid thing) =>
        Toys.ScalarAsync<long>(_toys.CopySource, $"select count(*) from copy.effect where thing_id = '{thing}'");
}
