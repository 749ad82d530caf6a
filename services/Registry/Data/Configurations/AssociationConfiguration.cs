using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Wir.Registry.Domain;

namespace Wir.Registry.Data.Configurations;

internal sealed class AssociationConfiguration : IEntityTypeConfiguration<Association>
{
    public void Configure(EntityTypeBuilder<Association> builder)
    {
        builder.HasKey(association => association.Id);
        builder.Property(association => association.Id).ValueGeneratedNever();
        builder.HasIndex(association => association.Number).IsUnique();
        builder.Property(association => association.Version).IsConcurrencyToken();
        builder.Property(association => association.Content).HasJson();
        builder.HasMany(association => association.Persons).WithOne().HasForeignKey(person => person.AssociationId).OnDelete(DeleteBehavior.Cascade);
        builder.Navigation(association => association.Persons).HasField("_persons").UsePropertyAccessMode(PropertyAccessMode.Field);
        builder.HasIndex(association => new { association.Area, association.Id });
        builder.HasIndex(association => association.Categories).HasMethod("gin");
        builder.HasIndex(association => new { association.Lat, association.Lon });
        builder.HasIndex(association => association.ConfirmedAt);
    }
}

internal sealed class AssociationVersionConfiguration : IEntityTypeConfiguration<AssociationVersion>
{
    public void Configure(EntityTypeBuilder<AssociationVersion> builder)
    {
        builder.HasKey(version => new { version.AssociationId, version.Version });
        builder.Property(version => version.Content).HasJson();
        builder.HasOne<Association>().WithMany().HasForeignKey(version => version.AssociationId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class AssociationIdentifierConfiguration : IEntityTypeConfiguration<AssociationIdentifier>
{
    public void Configure(EntityTypeBuilder<AssociationIdentifier> builder)
    {
        builder.HasKey(identifier => new { identifier.Scheme, identifier.Value });
        builder.HasOne<Association>().WithMany().HasForeignKey(identifier => identifier.AssociationId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class PersonContactConfiguration : IEntityTypeConfiguration<PersonContact>
{
    public void Configure(EntityTypeBuilder<PersonContact> builder)
    {
        builder.HasKey(person => person.Id);
        builder.Property(person => person.Id).ValueGeneratedNever();
        builder.HasIndex(person => person.AssociationId);
    }
}

internal sealed class SubmissionConfiguration : IEntityTypeConfiguration<Submission>
{
    public void Configure(EntityTypeBuilder<Submission> builder)
    {
        builder.HasKey(submission => submission.Id);
        builder.Property(submission => submission.Id).ValueGeneratedNever();
        builder.Property(submission => submission.Version).IsConcurrencyToken();
        builder.Property(submission => submission.Content).HasJson();
        builder.Property(submission => submission.Persons).HasJson();
        builder.Property(submission => submission.Submitter).HasJson();
        builder.Ignore(submission => submission.IsNew).Ignore(submission => submission.IsOpen);
        builder.HasIndex(submission => new { submission.State, submission.Area, submission.Id });
        builder.HasIndex(submission => submission.AssociationId);
    }
}
