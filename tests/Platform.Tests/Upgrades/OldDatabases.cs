using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Wir.Gateway.Data;
using Wir.Messaging;
using Wir.Monitor.Data;
using Wir.Registry.Data;
using Wir.WelcomePackage.Data;

namespace Wir.Platform.Tests.Upgrades;

/// <summary>The services' databases as an earlier version left them.</summary>
internal static class OldDatabases
{
    public static readonly IReadOnlyList<string> Services = ["registry", "welcomepackage", "monitor", "gateway"];

    public static ServiceDb Open(string service, string connectionString) => service switch
    {
        "registry" => new RegistryDb(Options<RegistryDb>(connectionString)),
        "welcomepackage" => new WelcomeDb(Options<WelcomeDb>(connectionString)),
        "monitor" => new MonitorDb(Options<MonitorDb>(connectionString)),
        "gateway" => new GatewayDb(Options<GatewayDb>(connectionString)),
        _ => throw new ArgumentOutOfRangeException(nameof(service), service, "No such service."),
    };

    public static Task MigrateToAsync(this ServiceDb db, string migration) => db.GetService<IMigrator>().MigrateAsync(migration);

    // As AddServiceDatabase has it.
    private static DbContextOptions<T> Options<T>(string connectionString) where T : ServiceDb =>
        new DbContextOptionsBuilder<T>().UseNpgsql(connectionString, npgsql => npgsql.MigrationsHistoryTable("ef_migration")).Options;
}
