using System.Net.Http.Json;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Wir.Messaging.Storage;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Messaging.Tests;

/// <summary>What an erasure does to stored events, at their owner and with those who put them by.</summary>
[Lane(Lane.Functional)]
public sealed class RewriteTests : IAsyncLifetime
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Toys _toys = new();

    public ValueTask InitializeAsync() => _toys.InitializeAsync();

    public ValueTask DisposeAsync() => _toys.DisposeAsync();

    [Fact]
    public async Task A_copy_in_the_error_queue_is_rewritten_keeps_its_neighbours_and_can_be_replayed()
    {
        var toy = await _toys.StartToyAsync();
        var copy = await _toys.StartCopyAsync();
        using var client = _toys.Client(copy, "copy", Scopes.PlatformAdmin);
        var (thing, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Toys.ChangeAsync(toy, other, "poison before");
        await Toys.ChangeAsync(toy, thing, "poison of Erna");
        await Toys.ChangeAsync(toy, other, "poison after");
        await Eventually.TrueAsync(async () => await ErrorsAsync(client) == 3, "all three are in the error queue");
        Assert.Contains("Erna", await PeekAsync(), StringComparison.Ordinal);
        var id = await IdAsync(thing);
        var clean = $$"""{"thingId":"{{thing}}","version":1,"text":"poison of […]"}""";

        foreach (var _ in Enumerable.Range(0, 2)) Assert.Equal(1, await RewriteAsync(copy.Services, id, clean));
        Assert.Equal(0, await RewriteAsync(copy.Services, Guid.CreateVersion7(), clean));

        Assert.Equal(3, await ErrorsAsync(client));
        var seen = await PeekAsync();
        Assert.DoesNotContain("Erna", seen, StringComparison.Ordinal);
        Assert.Contains("poison before", seen, StringComparison.Ordinal);
        Assert.Contains("poison after", seen, StringComparison.Ordinal);
        await Toys.ExecuteAsync(_toys.CopySource, "insert into copy.antidote values ('all')");
        using var replayed = await client.PostAsJsonAsync("internal/messaging/replay", new { what = "errors" });
        await Eventually.TrueAsync(async () => await CopiesAsync("copy.effect") == 3, "all three have their effect");
        Assert.Equal(1L, await CopiesAsync($"copy.effect where message_id = '{id}' and text = 'poison of […]'"));
    }

    [Fact]
    public async Task A_copy_that_waits_to_be_tried_again_is_rewritten_with_the_note_of_its_failure()
    {
        var toy = await _toys.StartToyAsync();
        var copy = await _toys.StartCopyAsync(("Wir:Messaging:RetryDelays:0", "01:00:00"));
        var thing = Guid.CreateVersion7();
        await Toys.ChangeAsync(toy, thing, "poison of Erna");
        await Eventually.TrueAsync(
            async () => await CopiesAsync("copy.retry_message where last_error like '%Erna%'") == 1, "it waits");
        var clean = $$"""{"thingId":"{{thing}}","version":1,"text":"poison of […]"}""";

        Assert.Equal(1, await RewriteAsync(copy.Services, await IdAsync(thing), clean));

        Assert.Equal(0L, await CopiesAsync("copy.retry_message r where r::text like '%Erna%'"));
        Assert.Equal(1L, await CopiesAsync("""
            copy.retry_message where envelope->'data'->>'text' = 'poison of […]' and last_error = 'InvalidOperationException'
            """));
    }

    [Fact]
    public async Task Events_are_rewritten_at_their_owner_sent_or_not_with_the_same_ids_and_order()
    {
        // Without a broker an event is in the log and still to be sent.
        var toy = await _toys.StartToyAsync(
            ("ConnectionStrings:rabbitmq", "amqp://guest:guest@127.0.0.1:1"), ("Wir:Messaging:MaxPause", "00:00:00.2"));
        var (thing, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        for (var change = 0; change < 250; change++) await Toys.ChangeAsync(toy, thing, $"of Erna {change}");
        await Toys.ChangeAsync(toy, other, "of Erna, elsewhere");
        await Eventually.TrueAsync(async () => await OwnAsync("toy.event_log") == 251, "all are in the log");
        const string Order = """
            select string_agg(position || ' ' || id || ' ' || sequence, ',' order by position) from toy.event_log
            """;
        var before = await Toys.ScalarAsync<string>(_toys.ToySource, Order);

        await using var scope = toy.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ToyDb>();
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            var rewritten = await db.RewriteEventsAsync(
                [thing], ["%erna%"], json => json.Replace("Erna", "[…]", StringComparison.Ordinal), default);
            await transaction.CommitAsync();
            Assert.Equal((250, 250), (rewritten.Count, rewritten.Select(one => one.Id).Distinct().Count()));
            Assert.All(rewritten, one => Assert.Contains("[…]", one.Data, StringComparison.Ordinal));
        }

        Assert.Equal(1L, await OwnAsync("toy.event_log where payload::text like '%Erna%'"));
        Assert.Equal(1L, await OwnAsync("toy.outbox_message where payload::text like '%Erna%'"));
        Assert.Equal(before, await Toys.ScalarAsync<string>(_toys.ToySource, Order));
    }

    [Fact]
    public async Task A_member_is_taken_out_of_stored_events_and_what_cannot_be_taken_apart_stays()
    {
        var toy = await _toys.StartToyAsync();
        var copy = await _toys.StartCopyAsync(("Wir:Messaging:RetryDelays:0", "01:00:00"));
        await Toys.ChangeAsync(toy, Guid.CreateVersion7(), "poison");
        await Toys.ChangeAsync(toy, Guid.CreateVersion7(), "poison NUL");
        await Eventually.TrueAsync(async () => await CopiesAsync("copy.retry_message") == 2, "both wait");

        const string Type = "urn:message:wir:toy:thing-changed:v1";
        // As a producer may send it: a NUL is legal in JSON, but not in PostgreSQL's texts.
        await Toys.ExecuteAsync(_toys.ToySource, """
            update toy.event_log set payload = replace(payload::text, 'NUL', '\u0000')::json
            """);
        await Toys.ExecuteAsync(_toys.CopySource, """
            update copy.retry_message set envelope = replace(envelope::text, 'NUL', '\u0000')::json
            """);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await Toys.ExecuteAsync(_toys.ToySource, MessagingSchema.RemoveFromEventsSql("toy", Type, "text"));
            await Toys.ExecuteAsync(_toys.CopySource, MessagingSchema.RemoveFromEventsSql("copy", Type, "text"));
        }

        Assert.Equal(1L, await OwnAsync("toy.event_log where payload::text like '%poison%'"));
        Assert.Equal(1L, await CopiesAsync("copy.retry_message where envelope::text like '%poison%'"));
        Assert.Equal(2L, await CopiesAsync("copy.retry_message where envelope::text like '%thingId%'"));
    }

    private static async Task<int> RewriteAsync(IServiceProvider services, Guid id, string data)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CopyDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var copies = await services.GetRequiredService<KeptCopies>().RewriteAsync(db, id, data, default);
        await transaction.CommitAsync();
        return copies;
    }

    private Task<long> OwnAsync(string rows) => Toys.ScalarAsync<long>(_toys.ToySource, $"select count(*) from {rows}");

    private Task<long> CopiesAsync(string rows) => Toys.ScalarAsync<long>(_toys.CopySource, $"select count(*) from {rows}");

    private Task<Guid> IdAsync(Guid thing) =>
        Toys.ScalarAsync<Guid>(_toys.ToySource, $"select id from toy.event_log where aggregate_id = '{thing}'");

    private static async Task<long> ErrorsAsync(HttpClient client)
    {
        var overview = await client.GetFromJsonAsync<JsonElement>("internal/messaging");
        return overview.GetProperty("queues").EnumerateArray()
            .Single(queue => queue.GetProperty("name").GetString() == "copy.things").GetProperty("errors").GetInt64();
    }

    /// <summary>All messages of the error queue, headers included.</summary>
    private async Task<string> PeekAsync()
    {
        using var answer = await _toys.Broker.Management.PostAsJsonAsync(
            $"api/queues/{_toys.Broker.Name}/copy.things_error/get",
            new { count = 100, ackmode = "reject_requeue_true", encoding = "auto" });
        return JsonSerializer.Serialize(await answer.Content.ReadFromJsonAsync<JsonElement>(), s_plain);
    }
}
