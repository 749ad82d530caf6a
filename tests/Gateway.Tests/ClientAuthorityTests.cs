using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Wir.TestKit;
using Xunit;

namespace Wir.Gateway.Tests;

/// <summary>A district looks after its own clients, and hands on no right that it does not have.</summary>
public sealed class ClientAuthorityTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const string Clients = "/api/clients/v1/clients";
    private const string Me = "/api/clients/v1/me";

    private static readonly (string, string) s_any = ("If-Match", "*");

    private string Operator => fixture.ApiKeyOf("operator");

    private string District => fixture.ApiKeyOf("districtAdmin");

    [Fact]
    public async Task A_district_makes_a_client_for_a_municipality_renews_its_key_and_revokes_it()
    {
        var made = await PostAsync(District, "korbach-cms", ["welcome:write", "read:internal"], ["06635015"]);
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var (id, key) = ((string)made.Json["client"]!["id"]!, (string)made.Json["key"]!["key"]!);
        Assert.Equal("""["06635015"]""", (await fixture.GetAsync(Me, key)).Json["areas"]!.ToJsonString());

        var renewed = await fixture.SendAsync(
            HttpMethod.Post, $"{Clients}/{id}/keys", District, """{"overlapMinutes":0}""");
        Assert.Equal(HttpStatusCode.Created, renewed.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await fixture.GetAsync(Me, key)).Status);
        var changed = await fixture.SendAsync(
            HttpMethod.Patch, $"{Clients}/{id}", District,
            """{"scopes":["welcome:write","clients:manage"],"requestsPerMinute":600}""", s_any);
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        var fresh = (string)renewed.Json["key"]!;
        Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync(Clients, fresh)).Status);

        var revoked = await fixture.SendAsync(HttpMethod.Delete, $"{Clients}/{id}", District, null, s_any);
        Assert.Equal(HttpStatusCode.NoContent, revoked.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await fixture.GetAsync(Me, fresh)).Status);
    }

    [Theory]
    [InlineData("platform:admin", "06635", null, "/scopes/1")]
    [InlineData("read:events", "06635", null, "/scopes/1")]
    [InlineData("welcome:write", "06", null, "/areas/0")]
    [InlineData("welcome:write", "DG", null, "/areas/0")]
    [InlineData("welcome:write", "06699", null, "/areas/0")]
    [InlineData("welcome:write", null, null, "/areas")]
    [InlineData("welcome:write", "06635", 30_001, "/requestsPerMinute")]
    public async Task Nothing_is_given_that_the_district_does_not_have(
        string scope, string? area, int? rate, string pointer)
    {
        var name = $"wide-{Guid.CreateVersion7():N}";
        var (id, _) = await CreateAsync(District, ["read:internal"], ["06635015"]);
        var body = Body(name, ["read:internal", scope], area is null ? [] : [area], rate);

        var made = await fixture.SendAsync(HttpMethod.Post, Clients, District, body.ToJsonString());
        body.Remove("name");
        var changed = await fixture.SendAsync(HttpMethod.Patch, $"{Clients}/{id}", District, body.ToJsonString(), s_any);

        foreach (var answer in new[] { made, changed })
        {
            Assert.Equal((HttpStatusCode.Forbidden, "WIR-GAT-0008"), (answer.Status, answer.Code));
            Assert.Equal([pointer], PointersOf(answer));
        }

        var shown = (await fixture.GetAsync($"{Clients}/{id}", Operator)).Json;
        Assert.Equal(
            """["read:internal"]["06635015"]1""",
            $"{shown["scopes"]!.ToJsonString()}{shown["areas"]!.ToJsonString()}{shown["version"]}");
        Assert.DoesNotContain(await NamesAsync(Operator), listed => listed == name);
    }

    [Fact]
    public async Task All_that_is_too_much_is_named_at_once()
    {
        var answer = await PostAsync(
            District, "too-much", ["platform:admin", "read:internal", "read:events"], ["06635015", "06"], 1_000_000);

        Assert.Equal(["/scopes/0", "/scopes/2", "/areas/1", "/requestsPerMinute"], PointersOf(answer));
    }

    /// <summary>Whoever makes a key knows it: a client that may do more than the caller is out of reach.</summary>
    [Theory]
    [InlineData(new[] { "read:internal", "platform:admin" }, new[] { "06635015" }, null)]
    [InlineData(new[] { "read:events" }, new[] { "06635015" }, null)]
    [InlineData(new[] { "read:internal" }, new[] { "06" }, null)]
    [InlineData(new[] { "read:internal" }, new[] { "06635015", "06699" }, null)]
    [InlineData(new[] { "read:internal" }, new string[0], null)]
    [InlineData(new[] { "read:internal" }, new[] { "06635015" }, 30_001)]
    public async Task A_client_that_may_do_more_does_not_exist_for_the_district(
        string[] scopes, string[] areas, int? rate)
    {
        var (id, key) = await CreateAsync(Operator, scopes, areas, rate);
        var keyId = key.Split('_')[1];

        var answers = new[]
        {
            await fixture.GetAsync($"{Clients}/{id}", District),
            await fixture.SendAsync(HttpMethod.Patch, $"{Clients}/{id}", District, """{"scopes":[]}""", s_any),
            await fixture.SendAsync(
                HttpMethod.Patch, $"{Clients}/{id}", District,
                """{"areas":["06635015"],"scopes":["read:internal"],"requestsPerMinute":1}""", s_any),
            await fixture.SendAsync(HttpMethod.Delete, $"{Clients}/{id}", District, null, s_any),
            await fixture.SendAsync(HttpMethod.Post, $"{Clients}/{id}/keys", District, "{}"),
            await fixture.SendAsync(HttpMethod.Delete, $"{Clients}/{id}/keys/{keyId}", District),
        };

        Assert.All(
            answers, answer => Assert.Equal((HttpStatusCode.NotFound, "WIR-COM-0010"), (answer.Status, answer.Code)));
        Assert.Equal(1, (int)(await fixture.GetAsync($"{Clients}/{id}", Operator)).Json["version"]!);
        Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync(Me, key)).Status);
    }

    [Fact]
    public async Task The_list_of_a_district_holds_its_own_clients_only_and_that_of_an_operator_all()
    {
        var mine = await PostAsync(District, "listed-mine", ["welcome:issue"], ["06635011"]);
        var foreign = await PostAsync(Operator, "listed-others", ["welcome:issue"], ["06699"]);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (mine.Status, foreign.Status));

        var (own, all) = (await NamesAsync(District), await NamesAsync(Operator));

        string[] ofTheDistrict =
            ["listed-mine", "districtAdmin", "districtApprover", "municipality", "municipalityApprover", "otherMunicipality", "reader"];
        string[] others =
            ["listed-others", "operator", "landEditor", "landApprover", "translator", "registry", "welcomepackage", "monitor"];
        Assert.Superset(ofTheDistrict.ToHashSet(), own);
        Assert.Empty(own.Intersect(others));
        Assert.Superset(ofTheDistrict.Concat(others).ToHashSet(), all);
    }

    [Fact]
    public async Task What_a_municipality_hands_on_is_no_more_than_it_got()
    {
        var (_, korbach) = await CreateAsync(District, ["welcome:issue", "clients:manage"], ["06635015"], 600);

        var own = await PostAsync(korbach, "library", ["welcome:issue"], ["06635015"], 600);
        var wider = await PostAsync(korbach, "spy", ["welcome:issue", "read:internal"], ["06635"]);
        var names = await NamesAsync(korbach);

        Assert.Equal(HttpStatusCode.Created, own.Status);
        // Without a rate of its own a client has the usual one, which is more than this municipality's.
        Assert.Equal(["/scopes/1", "/areas/0", "/requestsPerMinute"], PointersOf(wider));
        Assert.Contains("library", names);
        Assert.DoesNotContain("municipality", names);
    }

    [Fact]
    public async Task Nobody_is_shut_out_at_once_by_a_new_key_of_a_client_that_somebody_else_made()
    {
        var (id, key) = await CreateAsync(Operator, ["read:internal", "clients:manage"], ["06635015"]);

        var sudden = await RotateAsync(District, id, 59);
        Assert.Equal((HttpStatusCode.Forbidden, "WIR-GAT-0008"), (sudden.Status, sudden.Code));
        Assert.Equal(["/overlapMinutes"], PointersOf(sudden));
        Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync(Me, key)).Status);
        Assert.Equal(HttpStatusCode.Created, (await RotateAsync(District, id, 60)).Status);
        Assert.Equal(HttpStatusCode.OK, (await fixture.GetAsync(Me, key)).Status);

        // The client itself may, and its maker; revoking stays possible for whoever looks after it.
        var own = await RotateAsync(key, id, 0);
        Assert.Equal(HttpStatusCode.Created, own.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await fixture.GetAsync(Me, key)).Status);
        var last = await RotateAsync(Operator, id, 0);
        Assert.Equal(HttpStatusCode.Created, last.Status);
        var revoked = await fixture.SendAsync(
            HttpMethod.Delete, $"{Clients}/{id}/keys/{(string)last.Json["id"]!}", District);
        Assert.Equal(HttpStatusCode.NoContent, revoked.Status);
    }

    [Fact]
    public async Task A_key_that_ends_makes_no_key_that_lasts_longer()
    {
        var (id, _) = await CreateAsync(Operator, ["read:internal", "clients:manage"], ["06635014"]);
        var end = DateTimeOffset.UtcNow.AddDays(1);
        var passing = (string)(await KeyAsync(Operator, id, end)).Json["key"]!;

        var first = await PostAsync(passing, "of-a-passing-key", ["read:internal"], ["06635014"]);
        var made = (string)first.Json["client"]!["id"]!;
        var silent = await KeyAsync(passing, made, null);
        var shorter = await KeyAsync(passing, id, end.AddHours(-1));
        var longer = await KeyAsync(passing, made, end.AddHours(1));

        Assert.Equal(end, EndOf(first.Json["key"]!), TimeSpan.FromSeconds(1));
        Assert.Equal(end, EndOf(silent.Json), TimeSpan.FromSeconds(1));
        Assert.Equal(end.AddHours(-1), EndOf(shorter.Json), TimeSpan.FromSeconds(1));
        Assert.Equal((HttpStatusCode.Forbidden, "WIR-GAT-0008"), (longer.Status, longer.Code));
        Assert.Equal(["/expiresAt"], PointersOf(longer));

        static DateTimeOffset EndOf(JsonNode key) => (DateTimeOffset)key["expiresAt"]!;
    }

    [Fact]
    public async Task A_municipality_does_not_use_up_what_its_district_has()
    {
        fixture.Settings["Gateway:ClientsOfAManager"] = "2";
        var address = new Uri($"http://127.0.0.1:{GatewayFixture.FreePort()}");
        await fixture.StartAsync(address);
        fixture.Settings.Remove("Gateway:ClientsOfAManager");
        using var bounded = GatewayFixture.NewClient(address);
        bounded.DefaultRequestHeaders.Add("X-Api-Key", District);
        foreach (var _ in Enumerable.Range(0, 2)) await CreateAsync(District, ["welcome:issue"], ["06635012"]);
        var (mover, _) = await CreateAsync(District, ["welcome:issue"], ["06635016"]);

        var elsewhere = await StatusAsync(["06635013"]);
        var full = await StatusAsync(["06635012"]);
        var both = await StatusAsync(["06635013", "06635012"]);
        using var move = new HttpRequestMessage(HttpMethod.Patch, $"{Clients}/{mover}");
        move.Headers.Add("If-Match", "*");
        move.Content = new StringContent("""{"areas":["06635012"]}""", null, "application/merge-patch+json");
        using var moved = await bounded.SendAsync(move);

        Assert.Equal([201, 409, 409, 409], [elsewhere, full, both, (int)moved.StatusCode]);

        async Task<int> StatusAsync(string[] areas)
        {
            using var content = JsonContent.Create(
                Body($"bounded-{Guid.CreateVersion7():N}", ["welcome:issue"], areas, null));
            using var answer = await bounded.PostAsync(Clients, content);
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    public async Task Clients_and_keys_have_an_end_so_that_rates_have_one()
    {
        fixture.Settings["Gateway:ClientsOfAManager"] = "2";
        fixture.Settings["Gateway:KeysOfAClient"] = "2";
        var address = new Uri($"http://127.0.0.1:{GatewayFixture.FreePort()}");
        await fixture.StartAsync(address);
        using var bounded = GatewayFixture.NewClient(address);
        var (_, manager) = await CreateAsync(Operator, ["welcome:issue", "clients:manage"], ["06635009"]);
        bounded.DefaultRequestHeaders.Add("X-Api-Key", manager);
        await Eventually.TrueAsync(
            async () => (await bounded.GetAsync(Me)).StatusCode == HttpStatusCode.OK, "the other instance knows the key");
        var statuses = new List<int>();
        string? id = null;

        foreach (var name in new[] { "bounded-1", "bounded-2" })
        {
            using var content = JsonContent.Create(Body(name, ["welcome:issue"], ["06635009"], null));
            using var answer = await bounded.PostAsync(Clients, content);
            statuses.Add((int)answer.StatusCode);
            id ??= (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["client"]?["id"];
        }

        for (var key = 0; key < 2; key++)
        {
            using var content = JsonContent.Create(new JsonObject());
            using var answer = await bounded.PostAsync($"{Clients}/{id}/keys", content);
            statuses.Add((int)answer.StatusCode);
        }

        fixture.Settings.Remove("Gateway:ClientsOfAManager");
        fixture.Settings.Remove("Gateway:KeysOfAClient");
        // The manager is one of the two clients of its area; a client's first key is one of its two keys.
        Assert.Equal([201, 409, 201, 409], statuses);
    }

    private static IEnumerable<string> PointersOf(Answer answer) =>
        answer.Json["errors"]!.AsArray().Select(fault => (string)fault!["pointer"]!);

    private async Task<(string Id, string Key)> CreateAsync(
        string by, string[] scopes, string[] areas, int? rate = null)
    {
        var answer = await PostAsync(by, $"client-{Guid.CreateVersion7():N}", scopes, areas, rate);
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return ((string)answer.Json["client"]!["id"]!, (string)answer.Json["key"]!["key"]!);
    }

    private Task<Answer> RotateAsync(string by, string id, int overlapMinutes) => fixture.SendAsync(
        HttpMethod.Post, $"{Clients}/{id}/keys", by, $$"""{"overlapMinutes":{{overlapMinutes}}}""");

    private Task<Answer> KeyAsync(string by, string id, DateTimeOffset? expiresAt) => fixture.SendAsync(
        HttpMethod.Post, $"{Clients}/{id}/keys", by, new JsonObject { ["expiresAt"] = expiresAt }.ToJsonString());

    private Task<Answer> PostAsync(string by, string name, string[] scopes, string[] areas, int? rate = null) =>
        fixture.SendAsync(HttpMethod.Post, Clients, by, Body(name, scopes, areas, rate).ToJsonString());

    private static JsonObject Body(string name, string[] scopes, string[] areas, int? rate)
    {
        var body = new JsonObject { ["name"] = name, ["scopes"] = Array(scopes), ["areas"] = Array(areas) };
        if (rate is { } perMinute) body["requestsPerMinute"] = perMinute;
        return body;
    }

    private static JsonArray Array(string[] values) => new([.. values.Select(value => (JsonNode)value)]);

    private async Task<HashSet<string>> NamesAsync(string key)
    {
        var names = new HashSet<string>();
        for (var next = Clients + "?limit=3"; next is not null;)
        {
            var page = (await fixture.GetAsync(next, key)).Json;
            names.UnionWith(page["data"]!.AsArray().Select(client => (string)client!["name"]!));
            next = (string?)page["links"]!["next"];
        }

        return names;
    }
}
