using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Wir.Gateway.Clients;
using Wir.Gateway.Tokens;

namespace Wir.Gateway.Data.Configurations;

internal sealed class ClientConfiguration : IEntityTypeConfiguration<ApiClient>, IEntityTypeConfiguration<ApiKey>, IEntityTypeConfiguration<SigningKey>
{
    public void Configure(EntityTypeBuilder<ApiClient> builder)
    {
        builder.Property(client => client.Id).ValueGeneratedNever();
        builder.Property(client => client.Version).IsConcurrencyToken();
        builder.HasIndex(client => client.Name).IsUnique();
        builder.HasMany(client => client.Keys).WithOne().HasForeignKey(key => key.ClientId);
    }

    public void Configure(EntityTypeBuilder<ApiKey> builder) => builder.Property(key => key.Id).ValueGeneratedNever();

    public void Configure(EntityTypeBuilder<SigningKey> builder) => builder.Property(key => key.Id).ValueGeneratedNever();
}
