using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
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
        using var client = _toys.Client(toy, "toy", Scopes.ReadEvents);
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
        using var client = _toys.Client(toy, "toy", Scopes.ReadEvents);
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
        using var client = _toys.Client(toy, "toy", Scopes.ReadEvents);
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
        using var client = _toys.Client(toy, "toy", Scopes.ReadEvents);
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

    /// <summary>One package in a rare language is a person: an office sees what happened in its own areas.</summary>
    [Fact]
    public async Task An_office_sees_the_events_of_its_own_areas_only_page_by_page_and_a_service_sees_all()
    {
        var toy = await _toys.StartToyAsync();
        var (korbach, frankenberg) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        // Each change also emits an event without an area.
        for (var change = 0; change < 3; change++)
        {
            await Toys.ChangeAsync(toy, korbach, "Korbach", note: true);
            await Toys.ChangeAsync(toy, frankenberg, "Frankenberg", note: true);
        }

        await LoggedAsync(12);
        await Toys.ExecuteAsync(
            _toys.ToySource,
            $"update toy.event_log set area = '06635011' where area is not null and aggregate_id = '{frankenberg}'");
        var all = Enumerable.Range(1, 12).Select(position => (long)position).ToArray();

        Assert.Equal(all, await PositionsAsync(toy, [Scopes.ReadEvents], []));
        Assert.Equal(all, await PositionsAsync(toy, [Scopes.ReadEvents, Scopes.ReadInternal], ["06635015"]));
        Assert.Equal(await WithAsync("06635015"), await PositionsAsync(toy, [Scopes.ReadInternal], ["06635015"]));
        Assert.Equal(await WithAsync("06635011"), await PositionsAsync(toy, [Scopes.ReadInternal], ["06635011"]));
        Assert.Equal(await WithAsync("06635011", "06635015"), await PositionsAsync(toy, [Scopes.ReadInternal], ["06635"]));
        Assert.Equal(await WithAsync("06635011", "06635015"), await PositionsAsync(toy, [Scopes.ReadInternal], ["DG"]));
        Assert.Empty(await PositionsAsync(toy, [Scopes.ReadInternal], ["06699", "06635001"]));
        Assert.Empty(await PositionsAsync(toy, [Scopes.ReadInternal], []));
        // Nor by asking for one thing, or for lines.
        Assert.Empty(await PositionsAsync(toy, [Scopes.ReadInternal], ["06635015"], $"&aggregateId={frankenberg}"));
        using var lines = _toys.Client(toy, "toy", [Scopes.ReadInternal], ["06635011"]);
        lines.DefaultRequestHeaders.Accept.ParseAdd("application/x-ndjson");
        var text = await lines.GetStringAsync("internal/events");
        Assert.Equal(3, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain("Korbach", text, StringComparison.Ordinal);
    }

    /// <summary>What a page looks at has an end: a small municipality's page is no walk through the whole log.</summary>
    [Fact]
    public async Task A_page_of_an_office_ends_where_it_has_looked_and_the_next_one_goes_on_there()
    {
        var toy = await _toys.StartToyAsync();
        await Toys.ChangeAsync(toy, Guid.CreateVersion7(), "first");
        await LoggedAsync(1);
        await Toys.ExecuteAsync(_toys.ToySource, """
            insert into toy.event_log
                (position, id, aggregate_type, aggregate_id, sequence, type, area, payload, occurred_at, created_at)
            select 250000, gen_random_uuid(), aggregate_type, aggregate_id, 2, type, area, payload, occurred_at, created_at
                from toy.event_log;
            update toy.messaging_counter set value = 250000 where name = 'event_log'
            """);
        using var office = _toys.Client(toy, "toy", [Scopes.ReadInternal], ["06635015"]);
        var (next, seen, more) = ("/api/toy/v1/internal/events?limit=50", new List<long>(), new List<bool>());

        for (var page = 0; page < 3; page++)
        {
            var answer = await office.GetFromJsonAsync<JsonElement>(next);
            seen.AddRange(PositionsOf(answer));
            more.Add(answer.GetProperty("links").GetProperty("more").GetBoolean());
            next = answer.GetProperty("links").GetProperty("next").GetString()!;
        }

        Assert.Equal([1L, 250_000L], seen);
        Assert.Equal([true, true, false], more);
        Assert.Equal("/api/toy/v1/internal/events?after=250000&limit=50", next);
    }

    private static IEnumerable<long> PositionsOf(JsonElement page) =>
        page.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("position").GetInt64());

    private async Task<List<long>> WithAsync(params string[] areas) => [.. (await Toys.ScalarAsync<long[]>(_toys.ToySource, $"""
        select array_agg(position order by position) from toy.event_log where area in ('{string.Join("', '", areas)}')
        """))!];

    /// <summary>Read in pages of two.</summary>
    private async Task<List<long>> PositionsAsync(
        WebApplication toy, string[] scopes, string[] areas, string further = "")
    {
        using var client = _toys.Client(toy, "toy", scopes, areas);
        var (next, positions) = ($"/api/toy/v1/internal/events?limit=2{further}", new List<long>());
        for (var more = true; more;)
        {
            var page = await client.GetFromJsonAsync<JsonElement>(next);
            positions.AddRange(PositionsOf(page));
            next = page.GetProperty("links").GetProperty("next").GetString()!;
            more = page.GetProperty("links").GetProperty("more").GetBoolean();
        }

        return positions;
    }

    private Task LoggedAsync(long count) => Eventually.TrueAsync(
        async () => await Toys.ScalarAsync<long>(_toys.ToySource, "select count(*) from toy.event_log") == count, $"{count} events are in the log");
}
