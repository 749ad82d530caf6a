using System.Net.Http.Json;
using System.Text.Json;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Xunit;

namespace Wir.Messaging.Tests;

[Lane(Lane.Functional)]
public sealed class DeliveryTests(Toys toys) : IClassFixture<Toys>
{
    private static readonly Guid[] s_things = [.. Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7())];

    [Fact]
    public async Task A_committed_change_reaches_the_other_service_once_and_in_order()
    {
        var toy = await toys.StartToyAsync();
        await toys.StartCopyAsync();
        var thing = Guid.CreateVersion7();

        for (var i = 1; i <= 20; i++) await Toys.ChangeAsync(toy, thing, $"text {i}", note: true);

        await Eventually.TrueAsync(
            async () => await Toys.ScalarAsync<long>(toys.CopySource, $"select count(*) from copy.effect where thing_id = '{thing}'") == 20, "20 effects");
        Assert.Equal(0, await Toys.ScalarAsync<long>(toys.ToySource, "select count(*) from toy.outbox_message where type like '%thing-changed%'"));
        Assert.Equal("text 20", await Toys.ScalarAsync<string>(toys.CopySource, $"select text from copy.view where thing_id = '{thing}'"));
    }

    [Fact]
    public async Task A_view_that_was_dropped_is_the_same_after_a_rebuild_from_the_owners_log()
    {
        var toy = await toys.StartToyAsync();
        await toys.StartCopyAsync();
        using var client = toys.Client(toy, "toy", Scopes.ReadEvents);
        var before = await Toys.ScalarAsync<long>(toys.CopySource, "select count(*) from copy.effect");
        for (var change = 1; change <= 4; change++)
        {
            foreach (var thing in s_things) await Toys.ChangeAsync(toy, thing, $"{thing} in version {change}");
        }

        var all = before + (4 * s_things.Length);
        await Eventually.TrueAsync(async () => await Toys.ScalarAsync<long>(toys.CopySource, "select count(*) from copy.effect") == all, "all events have their effect");
        var view = await ViewAsync();
        await Toys.ExecuteAsync(toys.CopySource, "truncate copy.view, copy.effect; delete from copy.inbox_message where consumer = 'copy.things'");

        for (var next = "/api/toy/v1/internal/events?after=0&limit=3"; ;)
        {
            var page = await client.GetFromJsonAsync<JsonElement>(next);
            var events = page.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("event")).ToList();
            if (events.Count == 0) break;
            foreach (var envelope in events) await SendAsync(envelope.GetRawText());
            next = page.GetProperty("links").GetProperty("next").GetString()!;
        }

        await Eventually.TrueAsync(async () => await Toys.ScalarAsync<long>(toys.CopySource, "select count(*) from copy.effect") == all, "all events have their effect again");
        Assert.Equal(view, await ViewAsync());
    }

    private Task<string?> ViewAsync() =>
        Toys.ScalarAsync<string>(toys.CopySource, "select string_agg(format('%s %s %s', thing_id, sequence, text), e'\n' order by thing_id) from copy.view");

    /// <summary>To the one queue, by the exchange of its name.</summary>
    private async Task SendAsync(string envelope)
    {
        using var published = await toys.Broker.Management.PostAsJsonAsync($"api/exchanges/{toys.Broker.Name}/copy.things/publish", new
        {
            properties = new { content_type = "application/json", delivery_mode = 2 },
            routing_key = "",
            payload = envelope,
            payload_encoding = "string",
        });
        published.EnsureSuccessStatusCode();
    }
}
