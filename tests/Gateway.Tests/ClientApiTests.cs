using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Wir.TestKit;
using Xunit;

namespace Wir.Gateway.Tests;

public sealed class ClientApiTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const string Clients = "/api/clients/v1/clients";
    private const string Events = "/api/clients/v1/internal/events";

    private string Operator => fixture.ApiKeyOf("operator");

    [Fact]
    public async Task Without_a_scope_for_it_nobody_sees_or_makes_clients()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await fixture.GetAsync(Clients)).Status);
        var municipality = fixture.ApiKeyOf("municipality");
        Assert.Equal(HttpStatusCode.Forbidden, (await fixture.GetAsync(Clients, municipality)).Status);
        var made = await fixture.SendAsync(HttpMethod.Post, Clients, municipality, """{"name":"evil","scopes":[]}""");
        Assert.Equal(HttpStatusCode.Forbidden, made.Status);
    }

    [Fact]
    public async Task A_new_client_works_at_once_and_its_key_is_shown_once()
    {
        var (id, key) = await CreateAsync("works-at-once");

        Assert.Equal($"client:{id}", (string?)(await fixture.GetAsync("/api/clients/v1/me", key)).Json["subject"]);
        var shown = await fixture.GetAsync($"{Clients}/{id}", Operator);
        Assert.DoesNotContain(key.Split('_')[2], shown.Text, StringComparison.Ordinal);
        Assert.Contains("no-store", (await fixture.SendAsync(HttpMethod.Post, $"{Clients}/{id}/keys", Operator, "{}")).Header("Cache-Control"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_client_is_refused_within_five_seconds_by_every_instance()
    {
        var address = new Uri($"http://127.0.0.1:{GatewayFixture.FreePort()}");
        await fixture.StartAsync(address);
        using var elsewhere = GatewayFixture.NewClient(address);
        var (id, key) = await CreateAsync("revoked");
        elsewhere.DefaultRequestHeaders.Add("X-Api-Key", key);
        await Eventually.TrueAsync(async () => (await elsewhere.GetAsync("/api/clients/v1/me")).StatusCode == HttpStatusCode.OK, "the other instance knows the key");
        var etag = (await fixture.GetAsync($"{Clients}/{id}", Operator)).Header("ETag")!;

        Assert.Equal(HttpStatusCode.NoContent, (await fixture.SendAsync(HttpMethod.Delete, $"{Clients}/{id}", Operator, null, ("If-Match", etag))).Status);

        var clock = Stopwatch.StartNew();
        Assert.Equal(HttpStatusCode.Unauthorized, (await fixture.GetAsync("/api/clients/v1/me", key)).Status);
        await Eventually.TrueAsync(async () => (await elsewhere.GetAsync("/api/clients/v1/me")).StatusCode == HttpStatusCode.Unauthorized, "the other instance refuses the key", TimeSpan.FromSeconds(5));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Keys_rotate_with_overlap_and_expire()
    {
        var (id, old) = await CreateAsync("rotates");

        var made = await fixture.SendAsync(HttpMethod.Post, $"{Clients}/{id}/keys", Operator, """{"overlapMinutes":60}""");

        Assert.Equal(HttpStatusCode.Created, made.Status);
        var fresh = (string)made.Json["key"]!;
        Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync("/api/clients/v1/me", old)).Status);
        Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync("/api/clients/v1/me", fresh)).Status);
        fixture.Clock.Ahead = TimeSpan.FromMinutes(61);
        Assert.Equal(HttpStatusCode.Unauthorized, (await fixture.GetAsync("/api/clients/v1/me", old)).Status);
        Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync("/api/clients/v1/me", fresh)).Status);
        fixture.Clock.Ahead = TimeSpan.Zero;
    }

    [Fact]
    public async Task One_key_is_revoked_and_the_other_goes_on()
    {
        var (id, first) = await CreateAsync("two-keys");
        var second = (string)(await fixture.SendAsync(HttpMethod.Post, $"{Clients}/{id}/keys", Operator, "{}")).Json["key"]!;

        Assert.Equal(HttpStatusCode.NoContent, (await fixture.SendAsync(HttpMethod.Delete, $"{Clients}/{id}/keys/{first.Split('_')[1]}", Operator)).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, (await fixture.GetAsync("/api/clients/v1/me", first)).Status);
        Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync("/api/clients/v1/me", second)).Status);
    }

    [Fact]
    public async Task Changed_scopes_count_at_once()
    {
        var (id, key) = await CreateAsync("changed-scopes");
        var etag = (await fixture.GetAsync($"{Clients}/{id}", Operator)).Header("ETag")!;

        var changed = await fixture.SendAsync(HttpMethod.Patch, $"{Clients}/{id}", Operator, """{"scopes":["welcome:write"]}""", ("If-Match", etag));

        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Equal(["welcome:write"], (await fixture.GetAsync("/api/clients/v1/me", key)).Json["scopes"]!.AsArray().Select(scope => (string)scope!));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await fixture.SendAsync(HttpMethod.Patch, $"{Clients}/{id}", Operator, """{"scopes":[]}""", ("If-Match", etag))).Status);
        Assert.Equal(HttpStatusCode.PreconditionRequired, (await fixture.SendAsync(HttpMethod.Patch, $"{Clients}/{id}", Operator, """{"scopes":[]}""")).Status);
    }

    [Fact]
    public async Task Unknown_scopes_and_areas_are_named_all_at_once()
    {
        var answer = await fixture.SendAsync(HttpMethod.Post, Clients, Operator, """{"name":"wrong","scopes":["registry:write","registry:wirte"],"areas":["06635","99999"]}""");

        Assert.Equal((HttpStatusCode)422, answer.Status);
        Assert.Equal(["/scopes/1", "/areas/1"], answer.Json["errors"]!.AsArray().Select(fault => (string)fault!["pointer"]!));
        Assert.Contains("registry:write", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        await CreateAsync("only-once");

        var answer = await fixture.SendAsync(HttpMethod.Post, Clients, Operator, """{"name":"only-once","scopes":[]}""");

        Assert.Equal((HttpStatusCode.Conflict, "WIR-GAT-0006"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task The_list_is_walked_to_its_end()
    {
        for (var i = 0; i < 5; i++) await CreateAsync($"listed-{i}");
        var names = new List<string>();
        var next = Clients + "?limit=2";
        while (next is not null)
        {
            var page = (await fixture.GetAsync(next, Operator)).Json;
            names.AddRange(page["data"]!.AsArray().Select(client => (string)client!["name"]!));
            next = (string?)page["links"]!["next"];
        }

        Assert.Equal(names.Distinct().Count(), names.Count);
        Assert.Superset(Enumerable.Range(0, 5).Select(i => $"listed-{i}").Append("operator").ToHashSet(), names.ToHashSet());
    }

    [Fact]
    public async Task What_happens_to_clients_is_told_to_the_other_services()
    {
        var (id, _) = await CreateAsync("told");

        var events = await Eventually.ValueAsync(async () =>
            (await fixture.GetAsync("/api/clients/v1/internal/events?limit=5000", fixture.ApiKeyOf("districtAdmin"))).Json["data"]!.AsArray()
                .Select(row => row!["event"]!).Where(row => (string?)row["aggregateId"] == id).ToArray() is { Length: > 0 } rows ? rows : null, "the event is in the log");

        Assert.Equal("urn:message:wir:gateway:client-changed:v1", (string?)events[0]["type"]);
        Assert.Equal("created", (string?)events[0]["data"]!["change"]);
        Assert.DoesNotContain("told", events[0].ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_happens_to_a_key_is_told_with_the_key_and_who_did_it_and_no_secret()
    {
        var (id, first) = await CreateAsync("keys-told");
        var further = (string)(await fixture.SendAsync(HttpMethod.Post, $"{Clients}/{id}/keys", Operator, "{}")).Json["key"]!;
        var rotated = (string)(await fixture.SendAsync(
            HttpMethod.Post, $"{Clients}/{id}/keys", Operator, """{"overlapMinutes":60}""")).Json["key"]!;
        await fixture.SendAsync(HttpMethod.Delete, $"{Clients}/{id}/keys/{IdOf(first)}", Operator);

        var events = await Eventually.ValueAsync(async () =>
            (await fixture.GetAsync($"{Events}?aggregateId={id}", fixture.ApiKeyOf("monitor"))).Json["data"]!.AsArray()
                .Select(row => row!["event"]!["data"]!).ToArray() is { Length: 4 } rows ? rows : null, "all events are in the log");

        Assert.Equal(
            ["created", "key-created", "key-rotated", "key-revoked"], events.Select(data => (string)data["change"]!));
        Assert.Equal(
            [IdOf(first), IdOf(further), IdOf(rotated), IdOf(first)], events.Select(data => (string)data["keyId"]!));
        var me = (string)(await fixture.GetAsync("/api/clients/v1/me", Operator)).Json["subject"]!;
        Assert.All(events, data => Assert.Equal(me, (string?)data["actor"]));
        Assert.All(
            new[] { first, further, rotated }, key => Assert.All(
                events, data => Assert.DoesNotContain(key.Split('_')[2], data.ToJsonString(), StringComparison.Ordinal)));

        static string IdOf(string key) => key.Split('_')[1];
    }

    [Fact]
    public async Task What_happens_to_clients_of_other_areas_and_of_none_is_told_to_services_only()
    {
        var (id, _) = await CreateAsync("told-to-few");

        await Eventually.TrueAsync(async () => (await OfAsync("monitor")).Length > 0, "a service reads the event");
        Assert.NotEmpty(await OfAsync("municipality"));
        Assert.Empty(await OfAsync("otherMunicipality"));
        var all = await fixture.GetAsync($"{Events}?limit=5000", fixture.ApiKeyOf("reader"));
        Assert.All(all.Json["data"]!.AsArray(), row => Assert.StartsWith("06635", (string?)row!["event"]!["area"], StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Forbidden, (await fixture.GetAsync(Events, Operator)).Status);

        async Task<JsonNode?[]> OfAsync(string key) =>
            [.. (await fixture.GetAsync($"{Events}?aggregateId={id}", fixture.ApiKeyOf(key))).Json["data"]!.AsArray()];
    }

    private async Task<(string Id, string Key)> CreateAsync(string name)
    {
        var answer = await fixture.SendAsync(HttpMethod.Post, Clients, Operator, $$"""{"name":"{{name}}","scopes":["read:internal"],"areas":["06635015"]}""");
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return ((string)answer.Json["client"]!["id"]!, (string)answer.Json["key"]!["key"]!);
    }
}
