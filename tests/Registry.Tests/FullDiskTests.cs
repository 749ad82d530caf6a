using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests;

/// <summary>The disk of the database is full, and has room again.</summary>
[Lane(Lane.Functional)]
public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_refuses_what_it_cannot_store_and_loses_nothing()
    {
        await using var disk = await SmallDisk.TryStartAsync(megabytes: 200);
        Assert.SkipWhen(disk is null, "Only root may mount a small disk.");
        await using var registry = new OnSmallDisk(disk);
        await registry.InitializeAsync();
        var stored = new List<string> { await StoreAsync(registry) ?? throw new InvalidOperationException("The disk is too small.") };

        await disk.FillAsync();
        var refused = 0;
        // What still fits into a block that is there already is stored.
        for (var i = 0; i < 400 && refused < 40; i++)
        {
            if (await StoreAsync(registry) is { } id) stored.Add(id);
            else refused++;
        }

        Assert.Equal(40, refused);
        Assert.Equal(200, (await registry.Anonymous.GetAsync($"/associations/{stored[0]}")).Status);
        var health = await registry.App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == "database");
        Assert.Equal(HealthStatus.Degraded, health.Entries["database"].Status);
        Assert.Contains("disk is full", health.Entries["database"].Description, StringComparison.Ordinal);
        Assert.DoesNotContain(registry.Logs, line => line.Contains("at Npgsql.", StringComparison.Ordinal));

        disk.Empty();
        await Eventually.TrueAsync(async () =>
        {
            if (await StoreAsync(registry) is not { } id) return false;
            stored.Add(id);
            return true;
        }, "there is room again");
        // As many entries as were acknowledged, each with one event: nothing half-written.
        Assert.Equal(stored.Order(), await registry.QueryAsync("select id::text from registry.association order by 1"));
        await Eventually.TrueAsync(async () => (await registry.QueryAsync("select 1 from registry.outbox_message where not logged")).Count == 0, "the events are in the log");
        Assert.Equal(stored.Order(), await registry.QueryAsync("select aggregate_id::text from registry.event_log where type like '%association-published%' order by 1"));
    }

    /// <summary>The new entry's id; null when the disk refused it.</summary>
    private static async Task<string?> StoreAsync(RegistryFixture registry)
    {
        var answer = await registry.Office.PostAsync("/associations", Sample.Association());
        if (answer.Status == 201) return (string)answer.Json["id"]!;
        Assert.Equal((503, "WIR-COM-0020"), (answer.Status, (string)answer.Json["code"]!));
        Assert.True(answer.Headers.ContainsKey("Retry-After"));
        return null;
    }

    private sealed class OnSmallDisk(SmallDisk disk) : RegistryFixture
    {
        public override string ConnectionString => disk.ConnectionString;

        protected override IReadOnlyDictionary<string, string?> Settings =>
            new Dictionary<string, string?> { ["ConnectionStrings:registrydb"] = ConnectionString };
    }
}
