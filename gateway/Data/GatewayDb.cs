using Microsoft.EntityFrameworkCore;
using Wir.Gateway.Clients;
using Wir.Gateway.Tokens;
using Wir.Messaging;

namespace Wir.Gateway.Data;

/// <summary>Clients, their keys as hashes, and the keys that sign tokens.</summary>
public sealed class GatewayDb(DbContextOptions<GatewayDb> options) : ServiceDb(options)
{
    public override string Schema => "gateway";

    public DbSet<ApiClient> Clients => Set<ApiClient>();

    public DbSet<ApiKey> Keys => Set<ApiKey>();

    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(GatewayDb).Assembly);
    }
}
