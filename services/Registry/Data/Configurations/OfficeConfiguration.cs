using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Wir.Registry.Domain;

namespace Wir.Registry.Data.Configurations;

internal sealed class OfficeTaskConfiguration : IEntityTypeConfiguration<OfficeTask>
{
    public void Configure(EntityTypeBuilder<OfficeTask> builder)
    {
        builder.HasKey(task => task.Id);
        builder.Property(task => task.Id).ValueGeneratedNever();
        builder.Property(task => task.Version).IsConcurrencyToken();
        builder.HasIndex(task => new { task.Kind, task.SourceId }).IsUnique();
        builder.HasIndex(task => new { task.State, task.Area, task.Id });
        builder.HasIndex(task => task.AssociationId);
        builder.HasIndex(task => new { task.Reader, task.CreatedAt }).HasFilter("reader is not null");
    }
}

internal sealed class ConfirmationRequestConfiguration : IEntityTypeConfiguration<ConfirmationRequest>
{
    public void Configure(EntityTypeBuilder<ConfirmationRequest> builder)
    {
        builder.HasKey(request => request.Id);
        builder.Property(request => request.Id).ValueGeneratedNever();
        builder.HasIndex(request => request.AssociationId).IsUnique();
        builder.HasIndex(request => request.NextAt);
        builder.HasOne<Association>().WithMany().HasForeignKey(request => request.AssociationId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class RetentionRunConfiguration : IEntityTypeConfiguration<RetentionRun>
{
    public void Configure(EntityTypeBuilder<RetentionRun> builder)
    {
        builder.HasKey(run => run.Id);
        builder.Property(run => run.Id).ValueGeneratedNever();
        builder.Property(run => run.Removed).HasJson();
    }
}
