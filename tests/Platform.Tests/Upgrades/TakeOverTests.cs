using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Wir.Demo;
using Wir.TestKit.Servers;
using Ports = Wir.TestKit.Servers.Ports;

namespace Wir.Platform.Tests.Upgrades;

/// <summary>What earlier versions left, under today's programs: databases, an instance's directory, a backup.</summary>
[Lane(Lane.Platform)]
[Collection(WholePlatform.Tests)]
public sealed class TakeOverTests
{
    private const string Name = "Heimatverein der ersten Stunde";

    // As the first version wrote them. They stay as they are.
    private const string Association = """
        insert into registry.association
            (id, number, version, status, content, demo, created_at, updated_at, confirmed_at, kind, name, area, postal_code, place, lat, lon, categories, languages, target_groups)
        values ('019cad8f-ac00-7343-9d60-0a250e66d9e0', 'WF-0007-1', 1, 'published', '{"area":"06635015","kind":"registered-association","name":"Heimatverein der ersten Stunde",
            "texts":{"de":{"state":"approved","summary":"Seit der ersten Version dabei."}},"address":{"postalCode":"34497","place":"Korbach"},
            "categories":[{"scheme":"wir","code":"sport.football"}],"languages":["de"]}', true, now(), now(), now(),
            'registered-association', 'Heimatverein der ersten Stunde', '06635015', '34497', 'Korbach', null, null, '{wir:sport.football}', '{de}', '{}');
        insert into registry.association_version (association_id, version, status, content, at, actor, action, confirmed_at)
            select id, version, status, content, updated_at, 'somebody', 'created', confirmed_at from registry.association;
        insert into registry.outbox_message (id, aggregate_type, aggregate_id, sequence, type, area, payload, occurred_at)
        values ('019cad8f-ac00-7968-bd93-5a79002f5394', 'association', '019cad8f-ac00-7343-9d60-0a250e66d9e0', 1,
            'urn:message:wir:registry:association-published:v1', '06635015', '{"associationId":"019cad8f-ac00-7343-9d60-0a250e66d9e0","area":"06635015",
            "snapshot":{"id":"019cad8f-ac00-7343-9d60-0a250e66d9e0","number":"WF-0007-1","version":1,"demo":true,"kind":"registered-association",
            "name":"Heimatverein der ersten Stunde","area":"06635015","updatedAt":"2026-11-27T20:52:25Z"}}', now());
        """;

    private const string PackageIssued = """
        insert into welcomepackage.outbox_message (id, aggregate_type, aggregate_id, sequence, type, area, payload, occurred_at)
        values ('019cad8f-ac00-7968-bd93-000000000001', 'package', '019cad8f-ac00-7968-bd93-000000000002', 1, 'urn:message:wir:welcomepackage:package-issued:v1', '06635015',
            '{"packageId":"019cad8f-ac00-7968-bd93-000000000002","area":"06635015","language":"ar","wantedLanguage":"ti","channel":"office"}', now());
        """;

    [Fact]
    public async Task Databases_of_the_first_version_are_taken_over_with_their_data_and_what_was_still_to_be_sent()
    {
        await using var platform = new WholePlatform();
        await platform.PrepareAsync();
        await platform.WithDatabasesAsync(async connectionString =>
        {
            foreach (var service in OldDatabases.Services)
            {
                await using var db = OldDatabases.Open(service, connectionString(service + "db"));
                await db.MigrateToAsync(db.Database.GetMigrations().First());
            }

            await ExecuteAsync(connectionString("registrydb"), Association);
            await ExecuteAsync(connectionString("welcomepackagedb"), PackageIssued);
        });

        await platform.UpAsync();

        await HasAllAsync(platform, Name);
    }

    /// <summary>
    /// <c>backup-0.1.0.tar</c> was made by 0.1.0 of an instance without start data, in which an association was published and a
    /// package was issued (as above; the gateway's key was removed).
    /// </summary>
    [Fact]
    public async Task An_instance_and_a_backup_of_0_1_0_are_taken_over_with_ports_passwords_and_data()
    {
        await using var platform = new WholePlatform();
        await platform.PrepareAsync();
        var ports = new[] { "postgres", "rabbitmq", "rabbitmq.management", "rabbitmq.distribution", "rabbitmq.epmd", "registry", "registry.internal" }
            .ToDictionary(purpose => purpose, _ => Ports.Choose());
        var passwords = new[] { "postgres", "rabbitmq", "gatewaypassword", "monitorpassword", "welcomepackagepassword", "registrypassword" }
            .ToDictionary(name => name, _ => RandomNumberGenerator.GetHexString(24));
        await File.WriteAllTextAsync(
            Path.Combine(platform.Directory, "instance.json"),
            JsonSerializer.Serialize(new { ports, passwords, settings = new { port = "8180" } }));

        await platform.RunAsync("restore", Repository.PathOf("tests/Platform.Tests/Upgrades/backup-0.1.0.tar"));
        await platform.UpAsync();

        Assert.All(ports, p => Assert.Equal(p.Value, platform.PortOf(p.Key)));
        Assert.All(passwords, p => Assert.Equal(p.Value, platform.PasswordOf(p.Key)));
        await HasAllAsync(platform, "Heimatverein aus 0.1.0");
    }

    /// <summary>
    /// The register has the association, the welcome package got it by an event that had not been sent yet, and the issued
    /// package is counted once.
    /// </summary>
    private static async Task HasAllAsync(WholePlatform platform, string name)
    {
        using var reader = platform.Door("reader");
        var entry = await ReadAsync("registry/v1/associations/019cad8f-ac00-7343-9d60-0a250e66d9e0");
        Assert.Equal(name, entry.Json.GetProperty("name").GetString());
        await Eventually.TrueAsync(
            async () => (await ReadAsync($"welcome/v1/associations?area={Story.Korbach}&limit=200"))
                .Text.Contains(name, StringComparison.Ordinal),
            "the welcome package has the association");
        await Eventually.TrueAsync(
            async () => (await ReadAsync($"monitor/v1/live/K05?area={Story.Korbach}"))
                .Json.GetProperty("numerator").GetInt64() == 1,
            "the monitor counts the package");

        // Whoever works for the Land has a key now, and so has each service that listens.
        using var land = platform.Door("landApprover");
        var me = (await land.GetAsync("/api/clients/v1/me")).Is(HttpStatusCode.OK);
        Assert.Contains("welcome:publish", me.Text, StringComparison.Ordinal);
        using var service = platform.Door("monitor");
        var events = (await service.GetAsync("/api/welcome/v1/internal/events")).Is(HttpStatusCode.OK);
        Assert.Contains("package-issued", events.Text, StringComparison.Ordinal);

        async Task<Reply> ReadAsync(string path) => (await reader.GetAsync("/api/" + path)).Is(HttpStatusCode.OK);
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
