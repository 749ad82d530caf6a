using Microsoft.EntityFrameworkCore;
using Wir.Messaging;
using Wir.Monitor.Domain;

namespace Wir.Monitor.Data;

/// <summary>The monitor's own data. Journal, live counters and packed numbers are tables of their own, written by SQL.</summary>
public sealed class MonitorDb(DbContextOptions<MonitorDb> options) : ServiceDb(options)
{
    public const string SchemaName = "monitor";

    public override string Schema => SchemaName;

    public DbSet<Indicator> Indicators => Set<Indicator>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(MonitorDb).Assembly);
    }
}
