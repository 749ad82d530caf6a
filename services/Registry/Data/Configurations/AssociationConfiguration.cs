using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Wir.Registry.Domain;

namespace Wir.Registry.Data.Configurations;

internal sealed class AssociationConfiguration : IEntityTypeConfiguration<Association>
{
    private const string GermanOrder = "de-x-icu";
    private const string Published = "status = 'published'";

    public void Configure(EntityTypeBuilder<Association> builder)
    {
        builder.HasKey(association => association.Id);
        builder.Property(association => association.Id).ValueGeneratedNever();
        builder.HasIndex(association => association.Number).IsUnique();
        builder.Property(association => association.Version).IsConcurrencyToken();
        builder.Property(association => association.Content).HasJson();
        builder.HasMany(association => association.Persons).WithOne().HasForeignKey(person => person.AssociationId).OnDelete(DeleteBehavior.Cascade);
        builder.Navigation(association => association.Persons).HasField("_persons").UsePropertyAccessMode(PropertyAccessMode.Field);
        // Counts over an area are read from here alone.
        builder.HasIndex(association => new { association.Area, association.Id }).HasFilter(Published);
        builder.HasIndex(association => association.Categories).HasMethod("gin");
        // People look for Ä beside A, whatever the server's own order is.
        builder.Property(association => association.Name).UseCollation(GermanOrder);
        builder.Property(association => association.Place).UseCollation(GermanOrder);
        builder.HasIndex(association => new { association.Name, association.Id }).HasFilter(Published);
        builder.HasIndex(association => new { association.UpdatedAt, association.Id }).HasFilter(Published);
        // Counts and pages of offers are read from here without touching the entries.
        builder.HasIndex(association => association.Id, "ix_association_offers").HasFilter(Published)
            .IncludeProperties(association => new { association.OfferIds, association.PlacedOfferIds });
        builder.HasIndex(association => association.OfferIds).HasMethod("gin");
        builder.HasIndex(association => association.PlacedOfferIds).HasMethod("gin");
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
        builder.HasIndex(submission => new { submission.Reader, submission.CreatedAt }).HasFilter("reader is not null");
    }
}
