using System.Net.Http.Json;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Wir.Contracts;
using Wir.Messaging.Broker;
using Wir.Messaging.Inbox;
using Wir.Messaging.Storage;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Wir.ToyService;
using Xunit;

namespace Wir.Messaging.Tests;

/// <summary>What an erasure does to stored events, at their owner and with those who put them by.</summary>
[Lane(TestKit.Lane.Functional)]
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

        foreach (var _ in Enumerable.Range(0, 2)) await RewriteAsync(copy.Services, (id, clean));
        await RewriteAsync(copy.Services, (Guid.CreateVersion7(), clean));

        await Eventually.TrueAsync(
            async () => await LeftAsync() == 0 && await ErrorsAsync(client) == 3, "the copies were looked for");
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

        await RewriteAsync(copy.Services, (await IdAsync(thing), clean));

        await Eventually.TrueAsync(async () => await LeftAsync() == 0, "the copies were looked for");
        Assert.Equal(0L, await CopiesAsync("copy.retry_message r where r::text like '%Erna%'"));
        Assert.Equal(1L, await CopiesAsync("""
            copy.retry_message where envelope->'data'->>'text' = 'poison of […]' and last_error = 'InvalidOperationException'
            """));
    }

    /// <summary>Another instance has the event in hand while this one learns that it was rewritten.</summary>
    [Fact]
    public async Task A_delivery_that_is_put_by_after_its_event_was_rewritten_has_the_new_data()
    {
        await using var copy = ToyApps.BuildCopy([], _toys.Settings);
        var (retries, errors) = (Get<RetryStore>(copy), Get<ErrorQueue>(copy));
        var (first, second, third) = (OfErna(), OfErna(), OfErna());
        await RewriteAsync(copy.Services, (first.Id, Clean), (second.Id, Clean), (third.Id, Clean));
        Assert.Equal(0, await Get<CopyRewriter>(copy).RunAsync(default));

        await retries.PutAsync("copy.things", first, "SomeException: Erna", 3, TimeSpan.FromHours(1), default);
        await errors.PutAsync("copy.things", Bytes(second), new(second.Id, "SomeException: Erna", 3, null), default);
        // The broker puts it there as it was.
        await errors.PutAsync("copy.things", Bytes(third), new(null, "delivery_limit", 20, null), default);
        Assert.Equal(2, await errors.ReplayAsync("copy.things", null, default));

        Assert.Equal(0L, await CopiesAsync("copy.retry_message r where r::text like '%Erna%'"));
        Assert.Equal(1L, await CopiesAsync("""
            copy.retry_message where envelope->'data'->>'text' = '[…]' and last_error = 'SomeException'
            """));
        await Eventually.TrueAsync(
            async () => (await PeekAsync("copy.things")).Split("[…]").Length == 3, "both have the new data");
        Assert.DoesNotContain("Erna", await PeekAsync("copy.things"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delivery_that_is_put_by_while_its_event_is_being_rewritten_is_found_afterwards()
    {
        await using var copy = ToyApps.BuildCopy([], _toys.Settings);
        var (retries, errors) = (Get<RetryStore>(copy), Get<ErrorQueue>(copy));
        var (first, second) = (OfErna(), OfErna());
        await using (var scope = copy.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<CopyDb>();
            await using var transaction = await db.Database.BeginTransactionAsync();
            foreach (var id in new[] { first.Id, second.Id })
            {
                await copy.Services.GetRequiredService<KeptCopies>().RewriteAsync(db, id, Clean, default);
            }

            await retries.PutAsync("copy.things", first, "SomeException: Erna", 3, TimeSpan.FromHours(1), default);
            await errors.PutAsync("copy.things", Bytes(second), new(second.Id, "SomeException: Erna", 3, null), default);
            await transaction.CommitAsync();
        }

        Assert.Equal(2, await Get<CopyRewriter>(copy).RunAsync(default));

        Assert.Equal(0L, await CopiesAsync("copy.retry_message r where r::text like '%Erna%'"));
        Assert.DoesNotContain("Erna", await PeekAsync(), StringComparison.Ordinal);
        Assert.Equal(1u, await errors.CountAsync("copy.things", default));
    }

    [Fact]
    public async Task An_erasure_of_many_events_is_one_pass_and_needs_no_broker_in_the_consumers_transaction()
    {
        await using var copy = ToyApps.BuildCopy([], _toys.Settings);
        var (errors, rewriter) = (Get<ErrorQueue>(copy), Get<CopyRewriter>(copy));
        var events = Enumerable.Range(0, 2_000).Select(_ => OfErna()).ToArray();
        await Parallel.ForEachAsync(events, async (one, ct) =>
            await errors.PutAsync("copy.things", Bytes(one), new(one.Id, "SomeException: Erna", 3, null), ct));
        var erased = events.Where((_, number) => number % 10 == 0).Select(one => (one.Id, Clean)).ToArray();
        var nobody = _toys.With(("ConnectionStrings:rabbitmq", "amqp://guest:guest@127.0.0.1:1"));
        await using var away = ToyApps.BuildCopy([], nobody);

        await RewriteAsync(away.Services, erased);
        await Assert.ThrowsAnyAsync<Exception>(() => Get<CopyRewriter>(away).RunAsync(default));
        Assert.Equal(200L, await LeftAsync());
        Assert.Equal(200, await rewriter.RunAsync(default));

        Assert.Equal(0L, await LeftAsync());
        Assert.Equal(0, await rewriter.RunAsync(default));
        await Eventually.TrueAsync(
            async () => await errors.CountAsync("copy.things", default) == 2_000, "all messages are in the queue again");
        var seen = await PeekAsync("copy.things_error", 3_000);
        Assert.Equal(200, seen.Split("[…]").Length - 1);
        Assert.All(erased, one => Assert.Contains(one.Id.ToString(), seen, StringComparison.Ordinal));
    }

    /// <summary>Who puts a message by does not wait for somebody who walks through a long queue.</summary>
    [Fact]
    public async Task A_message_is_put_into_the_error_queue_while_a_pass_goes_on()
    {
        await using var copy = ToyApps.BuildCopy([], _toys.Settings);
        var errors = Get<ErrorQueue>(copy);
        var held = OfErna();
        await errors.PutAsync("copy.things", Bytes(held), new(held.Id, "SomeException", 3, null), default);
        await RewriteAsync(copy.Services, (held.Id, Clean));
        await using var blocker = await _toys.CopySource.OpenConnectionAsync();
        await using var transaction = await blocker.BeginTransactionAsync();
        // The pass has the message in hand and waits for its new data.
        await using (var command = blocker.CreateCommand())
        {
            command.CommandText = "lock table copy.rewritten_event in access exclusive mode";
            await command.ExecuteNonQueryAsync();
        }

        var pass = errors.RewriteAsync("copy.things", new HashSet<Guid> { held.Id }, default);
        await errors.PutAsync("copy.things", "{}"u8.ToArray(), new(null, "unreadable", 1, null), default)
            .WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(pass.IsCompleted);
        await transaction.CommitAsync();

        Assert.Equal(1, await pass);
    }

    [Fact]
    public async Task A_rewritten_event_is_forgotten_after_a_week_and_looked_for_again_until_then()
    {
        await using var copy = ToyApps.BuildCopy([], _toys.Settings);
        var (old, young, late) = (Guid.CreateVersion7(), Guid.CreateVersion7(), OfErna());
        await RewriteAsync(copy.Services, (old, Clean), (young, Clean), (late.Id, Clean));
        Assert.Equal(0, await Get<CopyRewriter>(copy).RunAsync(default));
        await Get<ErrorQueue>(copy).PutAsync("copy.things", Bytes(late), new(null, "delivery_limit", 20, null), default);
        await Toys.ExecuteAsync(_toys.CopySource, $"""
            update copy.rewritten_event set swept_at = now() - interval '2 hours';
            update copy.rewritten_event set rewritten_at = now() - interval '8 days' where event_id = '{old}'
            """);

        Assert.Equal(1, await Get<CopyRewriter>(copy).RunAsync(default));

        Assert.Equal(2L, await CopiesAsync("copy.rewritten_event"));
        Assert.Equal(0L, await CopiesAsync($"copy.rewritten_event where event_id = '{old}'"));
        Assert.DoesNotContain("Erna", await PeekAsync(), StringComparison.Ordinal);
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

    private const string Clean = """{"thingId":"0197f000-0000-7000-8000-000000000001","version":1,"text":"[…]"}""";

    private static EventEnvelope OfErna() => new()
    {
        Id = Guid.CreateVersion7(), Type = "urn:message:wir:toy:thing-changed:v1", AggregateType = "thing",
        AggregateId = Guid.CreateVersion7(), Sequence = 1, OccurredAt = DateTimeOffset.UtcNow,
        Data = JsonSerializer.SerializeToElement(new { thingId = Guid.CreateVersion7(), version = 1, text = "of Erna" }),
    };

    private static byte[] Bytes(EventEnvelope envelope) =>
        JsonSerializer.SerializeToUtf8Bytes(envelope, MessagingJson.Options);

    private static T Get<T>(WebApplication app) where T : notnull => app.Services.GetRequiredService<T>();

    private static async Task RewriteAsync(IServiceProvider services, params (Guid Id, string Data)[] events)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CopyDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        foreach (var (id, data) in events)
        {
            await services.GetRequiredService<KeptCopies>().RewriteAsync(db, id, data, default);
        }

        await transaction.CommitAsync();
    }

    /// <summary>Rewritten events whose copies nobody has looked for yet.</summary>
    private Task<long> LeftAsync() => CopiesAsync("copy.rewritten_event where swept_at = '-infinity'");

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

    /// <summary>All messages of a queue, headers included.</summary>
    private async Task<string> PeekAsync(string queue = "copy.things_error", int count = 100)
    {
        using var answer = await _toys.Broker.Management.PostAsJsonAsync(
            $"api/queues/{_toys.Broker.Name}/{queue}/get",
            new { count, ackmode = "reject_requeue_true", encoding = "auto" });
        return JsonSerializer.Serialize(await answer.Content.ReadFromJsonAsync<JsonElement>(), s_plain);
    }
}
