using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Messaging.Tests;

[Lane(Lane.Functional)]
public sealed class FeedTests : IAsyncLifetime
{
    private readonly Toys _toys = new();

    public ValueTask InitializeAsync() => _toys.InitializeAsync();

    public ValueTask DisposeAsync() => _toys.DisposeAsync();

    [Fact]
    public async Task Each_thing_stands_once_in_the_feed_at_its_latest_position()
    {
        var toy = await _toys.StartToyAsync();
        using var client = _toys.Client(toy, "toy");
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        FeedChange[] changes =
        [
            new("thing", first, 1, new { name = "Chor" }), new("thing", second, 1, new { name = "Verein" }), new("thing", first, 2, new { name = "Chöre" }),
            new("thing", second, 2, null) { Reason = "dissolved", Successor = first },
        ];
        for (var i = 0; i < changes.Length; i++)
        {
            await FeedAsync(toy, changes[i]);
            await HeadAsync(client, i + 1); // else two of them might be taken in one round, and need one position only
        }

        var page = await client.GetFromJsonAsync<JsonElement>("changes");

        var rows = page.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal([first, second], rows.Select(r => r.GetProperty("id").GetGuid()));
        Assert.Equal(["upsert", "delete"], rows.Select(r => r.GetProperty("op").GetString()));
        Assert.Equal("Chöre", rows[0].GetProperty("data").GetProperty("name").GetString());
        Assert.Equal("dissolved", rows[1].GetProperty("reason").GetString());
        Assert.Equal(first, rows[1].GetProperty("successor").GetGuid());
        Assert.Equal(4, page.GetProperty("meta").GetProperty("position").GetInt64());
        Assert.Equal("/api/toy/v1/changes?after=4&limit=100", page.GetProperty("links").GetProperty("next").GetString());
    }

    [Fact]
    public async Task An_older_version_never_replaces_a_newer_one()
    {
        var toy = await _toys.StartToyAsync();
        using var client = _toys.Client(toy, "toy");
        var thing = Guid.CreateVersion7();
        await FeedAsync(toy, new FeedChange("thing", thing, 2, new { name = "new" }));
        await HeadAsync(client, 1);

        await FeedAsync(toy, new FeedChange("thing", thing, 1, new { name = "old" }));
        await Eventually.TrueAsync(async () => await Toys.ScalarAsync<long>(_toys.ToySource, "select count(*) from toy.feed_pending") == 0, "the change is sequenced");

        var row = (await client.GetFromJsonAsync<JsonElement>("changes")).GetProperty("data").EnumerateArray().Single();
        Assert.Equal("new", row.GetProperty("data").GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_reader_who_follows_while_others_write_ends_with_what_they_wrote()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        WebApplication[] instances = [await _toys.StartToyAsync(), await _toys.StartToyAsync()];
        using var client = _toys.Client(instances[0], "toy");
        var things = Enumerable.Range(0, 15).Select(_ => Guid.CreateVersion7()).ToArray();
        using var done = new CancellationTokenSource();
        var reading = FollowAsync(client, done.Token);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async writer =>
        {
            var random = new Random(seed + writer);
            for (var change = 1; change <= 30; change++)
            {
                var thing = things[random.Next(things.Length)];
                await WriteSlowlyAsync(instances[writer % 2], thing, random.Next(5) == 0, random.Next(15));
            }
        }));
        await Eventually.TrueAsync(async () => await Toys.ScalarAsync<long>(_toys.ToySource, "select count(*) from toy.feed_pending") == 0, "all is sequenced");
        await done.CancelAsync();
        var copy = await reading;

        var truth = new Dictionary<Guid, long>();
        await using var command = _toys.ToySource.CreateCommand("select id, version from toy.thing where text <> 'gone'");
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync()) truth[rows.GetGuid(0)] = rows.GetInt32(1);
        Assert.Equal(truth.OrderBy(t => t.Key), copy.OrderBy(t => t.Key));
    }

    [Fact]
    public async Task A_reader_whose_position_is_too_old_or_too_new_is_told_to_start_again()
    {
        var toy = await _toys.StartToyAsync();
        using var client = _toys.Client(toy, "toy");
        for (var i = 0; i < 5; i++) await FeedAsync(toy, new FeedChange("thing", Guid.CreateVersion7(), 1, new { i }));
        await HeadAsync(client, 5);
        await Toys.ExecuteAsync(_toys.ToySource, "update toy.messaging_counter set value = 3 where name = 'feed_floor'");

        using var tooOld = await client.GetAsync("changes?after=2");
        using var atFloor = await client.GetAsync("changes?after=3");
        using var tooNew = await client.GetAsync("changes?after=6");
        using var fromStart = await client.GetAsync("changes?after=0");
        using var negative = await client.GetAsync("changes?after=-1&limit=5001");

        Assert.Equal([HttpStatusCode.Gone, HttpStatusCode.OK, HttpStatusCode.Gone, HttpStatusCode.OK, HttpStatusCode.BadRequest],
            new[] { tooOld, atFloor, tooNew, fromStart, negative }.Select(r => r.StatusCode));
        Assert.Equal("/api/toy/v1/changes?after=0", (await tooOld.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("snapshot").GetString());
        Assert.Equal(2, (await negative.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").GetArrayLength());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-ndjson")]
    public async Task Who_reads_from_the_start_and_follows_the_links_comes_past_the_floor(string type)
    {
        var toy = await _toys.StartToyAsync();
        using var client = _toys.Client(toy, "toy");
        for (var i = 0; i < 9; i++) await FeedAsync(toy, new FeedChange("thing", Guid.CreateVersion7(), 1, new { i }));
        await HeadAsync(client, 9);
        // Deletes up to 6 are forgotten, and the rows before them have not changed since.
        await Toys.ExecuteAsync(_toys.ToySource, "update toy.messaging_counter set value = 6 where name = 'feed_floor'");
        client.DefaultRequestHeaders.Accept.ParseAdd(type);

        var (next, read, links) = ("/api/toy/v1/changes?after=0&limit=2", new List<long>(), new List<string>());
        while (true)
        {
            using var answer = await client.GetAsync(next);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var page = await PageAsync(answer);
            if (page.Positions.Count == 0) break;
            read.AddRange(page.Positions);
            links.Add(next = page.Next);
        }

        Assert.Equal(Enumerable.Range(1, 9).Select(i => (long)i), read);
        Assert.Equal("/api/toy/v1/changes?after=2&limit=2&begun=9", links[0]);
        Assert.Equal("/api/toy/v1/changes?after=9&limit=2", links[^1]);
        using var begunTooEarly = await client.GetAsync("changes?after=2&begun=5");
        Assert.Equal(HttpStatusCode.Gone, begunTooEarly.StatusCode);
    }

    private static async Task<(List<long> Positions, string Next)> PageAsync(HttpResponseMessage answer)
    {
        if (answer.Content.Headers.ContentType!.MediaType == "application/json")
        {
            var page = await answer.Content.ReadFromJsonAsync<JsonElement>();
            return (PositionsOf(page.GetProperty("data").EnumerateArray()), page.GetProperty("links").GetProperty("next").GetString()!);
        }

        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (PositionsOf(lines.Select(line => JsonElement.Parse(line))), Assert.Single(answer.Headers.GetValues("Link")).Split('<', '>')[1]);
    }

    private static List<long> PositionsOf(IEnumerable<JsonElement> rows) => [.. rows.Select(row => row.GetProperty("position").GetInt64())];

    [Fact]
    public async Task The_feed_is_also_there_line_by_line()
    {
        var toy = await _toys.StartToyAsync();
        using var client = _toys.Client(toy, "toy");
        for (var i = 0; i < 3; i++) await FeedAsync(toy, new FeedChange("thing", Guid.CreateVersion7(), 1, new { i }));
        await HeadAsync(client, 3);
        client.DefaultRequestHeaders.Accept.ParseAdd("application/x-ndjson");

        var lines = (await client.GetStringAsync("changes?after=1")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal([2L, 3L], lines.Select(line => JsonElement.Parse(line).GetProperty("position").GetInt64()));
    }

    private static async Task<Dictionary<Guid, long>> FollowAsync(HttpClient client, CancellationToken done)
    {
        var copy = new Dictionary<Guid, long>();
        var after = 0L;
        for (var last = false; ; last = done.IsCancellationRequested)
        {
            var rows = (await client.GetFromJsonAsync<JsonElement>($"changes?after={after}&limit=7", CancellationToken.None)).GetProperty("data");
            foreach (var row in rows.EnumerateArray())
            {
                if (row.GetProperty("op").GetString() == "delete") copy.Remove(row.GetProperty("id").GetGuid());
                else copy[row.GetProperty("id").GetGuid()] = row.GetProperty("version").GetInt64();
                after = row.GetProperty("position").GetInt64();
            }

            if (rows.GetArrayLength() == 0 && last) return copy;
        }
    }

    /// <summary>Takes its place in the queue of the thing's writers, then dawdles before it commits.</summary>
    private static async Task WriteSlowlyAsync(WebApplication toy, Guid thing, bool remove, int milliseconds)
    {
        await using var scope = toy.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ToyDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await using var command = new Npgsql.NpgsqlCommand("""
            insert into toy.thing (id, version, text) values (@id, 1, @text)
            on conflict (id) do update set version = thing.version + 1, text = excluded.text returning version
            """, (Npgsql.NpgsqlConnection)Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetDbConnection(db.Database));
        command.Parameters.AddWithValue("id", thing);
        command.Parameters.AddWithValue("text", remove ? "gone" : "there");
        var version = (int)(await command.ExecuteScalarAsync())!;
        db.Feed(new FeedChange("thing", thing, version, remove ? null : new { version }));
        await db.SaveChangesAsync();
        await Task.Delay(milliseconds);
        await transaction.CommitAsync();
    }

    private static async Task FeedAsync(WebApplication toy, FeedChange change)
    {
        await using var scope = toy.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ToyDb>();
        db.Feed(change);
        await db.SaveChangesAsync();
    }

    private static Task HeadAsync(HttpClient client, long head) => Eventually.TrueAsync(
        async () => (await client.GetFromJsonAsync<JsonElement>("changes")).GetProperty("meta").GetProperty("position").GetInt64() == head, $"the feed is at {head}");
}
