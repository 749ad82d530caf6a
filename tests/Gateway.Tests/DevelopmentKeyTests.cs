using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Wir.Gateway.Clients;
using Wir.Gateway.Data;
using Wir.ServiceDefaults.Access;
using Wir.TestKit;
using Xunit;

namespace Wir.Gateway.Tests;

/// <summary>Who works on a new instance, and on one that an earlier release has left.</summary>
public sealed class DevelopmentKeyTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const string Me = "/api/clients/v1/me";

    private static readonly string[] s_services = ["monitor", "registry", "welcomepackage"];

    [Fact]
    public async Task Each_key_holds_what_its_part_needs_and_only_services_read_all_events()
    {
        var keys = new Dictionary<string, (string Scopes, string Areas)>();
        foreach (var (name, _) in fixture.Keys) keys.Add(name, await MeAsync(name));

        Assert.Equal(("welcome:translate welcome:write", "06"), keys["landEditor"]);
        Assert.Equal(("welcome:publish", "06"), keys["landApprover"]);
        var allButThose = Scopes.All.Except(["platform:admin", "read:events"]).Order(StringComparer.Ordinal);
        Assert.Equal((string.Join(' ', allButThose), "06635"), keys["districtAdmin"]);
        const string Approving = "monitor:approve read:internal registry:approve welcome:publish";
        Assert.Equal((Approving, "06635"), keys["districtApprover"]);
        const string Working = "monitor:write read:internal registry:approve registry:write welcome:issue welcome:write";
        Assert.Equal((Working, "06635015"), keys["municipality"]);
        Assert.Equal((Approving, "06635015"), keys["municipalityApprover"]);
        Assert.Equal((Working, "06635011"), keys["otherMunicipality"]);
        Assert.Equal(("welcome:translate", "06"), keys["translator"]);
        Assert.Equal(("read:internal", "06635"), keys["reader"]);
        Assert.Equal(("platform:admin", ""), keys["operator"]);
        Assert.All(s_services, service => Assert.Equal(("read:events", ""), keys[service]));
        Assert.Equal(13, keys.Count);
        var listeners = keys.Where(pair => pair.Value.Scopes.Contains("read:events", StringComparison.Ordinal));
        Assert.Equal(s_services, listeners.Select(pair => pair.Key).Order());
    }

    [Fact]
    public async Task An_instance_of_an_earlier_release_gets_the_new_clients_and_the_old_ones_todays_scopes()
    {
        await using var earlier = new EarlierGateway();
        await earlier.InitializeAsync();
        var before = earlier.Keys.DeepClone().AsObject();

        Assert.Equal(0, await earlier.MigrateAsync());

        var after = JsonNode.Parse(await File.ReadAllTextAsync(earlier.KeysFile))!.AsObject();
        Assert.Equal(fixture.Keys.Select(pair => pair.Key).Order(), after.Select(pair => pair.Key).Order());
        // Keys that are in use go on, and what nobody has changed since has today's scopes.
        Assert.All(before, pair => Assert.Equal((string)pair.Value!["key"]!, (string)after[pair.Key]!["key"]!));
        Assert.Contains("clients:manage", await earlier.ScopesAsync((string)after["districtAdmin"]!["key"]!));
        Assert.Equal(["welcome:publish"], await earlier.ScopesAsync((string)after["landApprover"]!["key"]!));
        Assert.Equal(["read:events"], await earlier.ScopesAsync((string)after["monitor"]!["key"]!));
        // An operator had given this one another scope.
        Assert.Equal(["read:internal", "welcome:issue"], await earlier.ScopesAsync((string)after["reader"]!["key"]!));
        // This one was revoked, and stays so.
        var revoked = await earlier.GetAsync(Me, (string)after["otherMunicipality"]!["key"]!);
        Assert.Equal(HttpStatusCode.Unauthorized, revoked.Status);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(earlier.KeysFile));
        }

        var written = await File.ReadAllTextAsync(earlier.KeysFile);
        Assert.Equal(0, await earlier.MigrateAsync());
        Assert.Equal(written, await File.ReadAllTextAsync(earlier.KeysFile));
    }

    [Fact]
    public async Task A_client_that_has_taken_the_name_of_a_development_client_is_left_alone()
    {
        await using var earlier = new EarlierGateway();
        await earlier.InitializeAsync();
        await earlier.ChangeAsync("update gateway.api_client set name = 'renamed' where name = 'districtAdmin'");
        await earlier.ChangeAsync("update gateway.api_client set name = 'districtAdmin' where name = 'translator'");

        Assert.Equal(0, await earlier.MigrateAsync());

        var taken = await earlier.SingleAsync("districtAdmin");
        Assert.Equal("welcome:translate 06635", $"{string.Join(' ', taken.Scopes)} {string.Join(' ', taken.Areas)}");
        // Whoever renamed it has taken it over.
        Assert.DoesNotContain("clients:manage", (await earlier.SingleAsync("renamed")).Scopes);
    }

    [Theory]
    [InlineData("update gateway.api_client set revoked_at = now()")]
    [InlineData("update gateway.api_key set revoked_at = now()")]
    [InlineData("update gateway.api_key set expires_at = now() - interval '1 second'")]
    public async Task Where_every_development_client_is_shut_out_none_is_made_or_renewed(string shutOut)
    {
        await using var earlier = new EarlierGateway();
        await earlier.InitializeAsync();
        await earlier.ChangeAsync(shutOut);
        var written = await File.ReadAllTextAsync(earlier.KeysFile);

        Assert.Equal(0, await earlier.MigrateAsync());

        Assert.Equal(written, await File.ReadAllTextAsync(earlier.KeysFile));
        Assert.False(await earlier.HasAsync("landEditor"));
        Assert.DoesNotContain("clients:manage", (await earlier.SingleAsync("districtAdmin")).Scopes);
    }

    [Theory]
    [InlineData("update gateway.api_client set revoked_at = now() where name = 'districtAdmin'")]
    [InlineData("""
        update gateway.api_key set revoked_at = now()
        where client_id = (select id from gateway.api_client where name = 'districtAdmin')
        """)]
    [InlineData("""
        update gateway.api_key set expires_at = now() - interval '1 second'
        where client_id = (select id from gateway.api_client where name = 'districtAdmin')
        """)]
    [InlineData("update gateway.api_client set requests_per_minute = 10 where name = 'districtAdmin'")]
    [InlineData("update gateway.api_client set version = version + 2 where name = 'districtAdmin'")]
    [InlineData("""
        insert into gateway.api_key (id, client_id, hash, created_at)
        select 'further', id, sha256('x'), now() from gateway.api_client where name = 'districtAdmin'
        """)]
    public async Task A_client_that_was_shut_out_or_changed_is_not_renewed_and_the_others_are(string change)
    {
        await using var earlier = new EarlierGateway();
        await earlier.InitializeAsync();
        await earlier.ChangeAsync(change);

        Assert.Equal(0, await earlier.MigrateAsync());

        Assert.DoesNotContain("clients:manage", (await earlier.SingleAsync("districtAdmin")).Scopes);
        Assert.Equal(["06"], (await earlier.SingleAsync("translator")).Areas);
        Assert.True(await earlier.HasAsync("landEditor"));
    }

    [Fact]
    public async Task An_instance_without_a_file_of_keys_gets_none()
    {
        await using var earlier = new EarlierGateway();
        await earlier.InitializeAsync();
        File.Delete(earlier.KeysFile);

        Assert.Equal(0, await earlier.MigrateAsync());

        Assert.False(File.Exists(earlier.KeysFile));
        Assert.False(await earlier.HasAsync("landEditor"));
    }

    private async Task<(string Scopes, string Areas)> MeAsync(string name)
    {
        var me = (await fixture.GetAsync(Me, fixture.ApiKeyOf(name))).Json;
        return (TextOf(me["scopes"]!), TextOf(me["areas"]!));

        static string TextOf(JsonNode values) =>
            string.Join(' ', values.AsArray().Select(value => (string)value!).Order(StringComparer.Ordinal));
    }

    /// <summary>A gateway as the release before left it, with what operators have done since.</summary>
    private sealed class EarlierGateway : GatewayFixture
    {
        private static readonly string[] s_new =
            ["landEditor", "landApprover", "districtApprover", "registry", "welcomepackage", "monitor"];

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            foreach (var name in s_new)
            {
                Keys.Remove(name);
                await ChangeAsync($"""
                    delete from gateway.api_key where client_id in (select id from gateway.api_client where name = '{name}');
                    delete from gateway.api_client where name = '{name}'
                    """);
            }

            await ChangeAsync("""
                update gateway.api_client set scopes = array_remove(scopes, 'clients:manage')
                    where name = 'districtAdmin';
                update gateway.api_client set areas = array['06635'] where name = 'translator';
                update gateway.api_client set scopes = array['read:internal', 'welcome:issue'] where name = 'reader';
                update gateway.api_client set revoked_at = now() where name = 'otherMunicipality';
                """);
            var scopes = Keys["districtAdmin"]!["scopes"]!.AsArray();
            scopes.Remove(scopes.Single(scope => (string)scope! == "clients:manage"));
            Keys["translator"]!["areas"] = new JsonArray("06635");
            await File.WriteAllTextAsync(KeysFile, Keys.ToJsonString());
        }

        public async Task ChangeAsync(string sql)
        {
            await using var scope = Gateway.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<GatewayDb>().Database.ExecuteSqlRawAsync(sql);
        }

        public async Task<bool> HasAsync(string name)
        {
            await using var scope = Gateway.Services.CreateAsyncScope();
            var clients = scope.ServiceProvider.GetRequiredService<GatewayDb>().Clients;
            return await clients.AnyAsync(client => client.Name == name);
        }

        public async Task<ApiClient> SingleAsync(string name)
        {
            await using var scope = Gateway.Services.CreateAsyncScope();
            var clients = scope.ServiceProvider.GetRequiredService<GatewayDb>().Clients;
            return await clients.AsNoTracking().SingleAsync(client => client.Name == name);
        }

        public async Task<IEnumerable<string>> ScopesAsync(string key)
        {
            var me = await Eventually.ValueAsync(
                async () => await GetAsync(Me, key) is { Status: HttpStatusCode.OK } answer ? answer : null, "the key is known");
            return me.Json["scopes"]!.AsArray().Select(scope => (string)scope!);
        }
    }
}
