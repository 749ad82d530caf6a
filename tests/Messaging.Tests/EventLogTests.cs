using System.Net.Http.Json;
using System.Text.Json;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Xunit;

namespace Wir.Messaging.Tests;

[Lane(Lane.Functional)]
public sealed class EventLogTests : IAsyncLifetime
{
    private readonly Toys _toys = new();

    public ValueTask InitializeAsync() => _toys.InitializeAsync();

    public ValueTask DisposeAsync() => _toys.DisposeAsync();

    [Fact]
    public async Task Every_event_stands_once_in_the_log_without_gaps_and_in_order_per_thing()
    {
        var toy = await _toys.StartToyAsync();
        for (var relay = 0; relay < 2; relay++) await _toys.StartToyAsync(("Wir:Messaging:BatchSize", "3"), ("Wir:Messaging:FollowersPerAggregate", "1"));
        using var client = _toys.Client(toy, "toy", Scopes.ReadInternal);
        var things = Enumerable.Range(0, 10).Select(_ => Guid.CreateVersion7()).ToArray();

        await Task.WhenAll(things.Select(async thing =>
        {
            for (var change = 1; change <= 10; change++) await Toys.ChangeAsync(toy, thing, $"{change}", note: true);
        }));
        await LoggedAsync(200);

        var rows = (await client.GetFromJsonAsync<JsonElement>("internal/events?limit=5000")).GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), rows.Select(r => r.GetProperty("position").GetInt64()));
        foreach (var thing in things)
        {
            var sequences = rows.Select(r => r.GetProperty("event")).Where(e => e.GetProperty("aggregateId").GetGuid() == thing).Select(e => e.GetProperty("sequence").GetInt64());
            Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), sequences);
        }
    }

    [Fact]
    public async Task A_reader_never_sees_a_position_before_a_smaller_one()
    {
        var toy = await _toys.StartToyAsync();
        for (var relay = 0; relay < 2; relay++) await _toys.StartToyAsync(("Wir:Messaging:BatchSize", "2"));
        using var client = _toys.Client(toy, "toy", Scopes.ReadInternal);
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var change = 0; change < 25; change++) await Toys.ChangeAsync(toy, Guid.CreateVersion7(), "x");
        }));

        var after = 0L;
        var read = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                foreach (var row in (await client.GetFromJsonAsync<JsonElement>($"internal/events?after={after}&limit=9")).GetProperty("data").EnumerateArray())
                {
                    after = row.GetProperty("position").GetInt64();
                    read++;
                }

                return writing.IsCompleted && read >= 200;
            },
            "a reader who follows has read all 200");

        await writing;
        Assert.Equal(200, after);
    }

    [Fact]
    public async Task Events_enter_the_log_while_the_broker_is_away_and_one_thing_can_be_asked_for()
    {
        var toy = await _toys.StartToyAsync(("ConnectionStrings:rabbitmq", "amqp://guest:guest@127.0.0.1:1"), ("Wir:Messaging:MaxPause", "00:00:00.2"));
        using var client = _toys.Client(toy, "toy", Scopes.ReadInternal);
        var (one, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        foreach (var thing in new[] { one, other, one }) await Toys.ChangeAsync(toy, thing, "held up");
        await LoggedAsync(3);

        var all = await client.GetFromJsonAsync<JsonElement>("internal/events");
        var ofOne = await client.GetFromJsonAsync<JsonElement>($"internal/events?aggregateId={one}");

        Assert.Equal(3, all.GetProperty("meta").GetProperty("count").GetInt32());
        Assert.Equal([1L, 3L], ofOne.GetProperty("data").EnumerateArray().Select(r => r.GetProperty("position").GetInt64()));
        Assert.Equal(3, await Toys.ScalarAsync<long>(_toys.ToySource, "select count(*) from toy.outbox_message where attempts = 0 and dead_at is null"));
    }

    [Fact]
    public async Task Pages_of_one_thing_lead_to_each_other_and_what_was_dropped_is_told()
    {
        var toy = await _toys.StartToyAsync();
        using var client = _toys.Client(toy, "toy", Scopes.ReadInternal);
        var (one, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        foreach (var thing in new[] { one, other, one, other, one }) await Toys.ChangeAsync(toy, thing, "x", note: true);
        await LoggedAsync(10);

        var (next, sequences) = ($"/api/toy/v1/internal/events?aggregateId={one}&limit=2", new List<long>());
        for (var page = 0; page < 4; page++)
        {
            var answer = await client.GetFromJsonAsync<JsonElement>(next);
            sequences.AddRange(answer.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("event").GetProperty("sequence").GetInt64()));
            next = answer.GetProperty("links").GetProperty("next").GetString()!;
        }

        await Toys.ExecuteAsync(_toys.ToySource, "delete from toy.event_log where position <= 4");
        var statuses = new List<int>();
        foreach (var after in new[] { 0, 3, 4, 10, 11 })
        {
            using var answer = await client.GetAsync($"internal/events?after={after}");
            statuses.Add((int)answer.StatusCode);
        }

        Assert.Equal([1, 2, 3, 4, 5, 6], sequences);
        Assert.Equal([200, 410, 200, 200, 410], statuses);
    }

    private Task LoggedAsync(long count) => Eventually.TrueAsync(
        async () => await Toys.ScalarAsync<long>(_toys.ToySource, "select count(*) from toy.event_log") == count, $"{count} events are in the log");
}
