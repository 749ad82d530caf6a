using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Data.Configurations;

internal sealed class PageConfiguration : IEntityTypeConfiguration<Page>
{
    public void Configure(EntityTypeBuilder<Page> builder)
    {
        builder.Property(page => page.Version).IsConcurrencyToken();
        builder.Property(page => page.Status).HasConversion<string>();
        builder.HasIndex(page => page.ParentId);
        builder.HasOne<Page>().WithMany().HasForeignKey(page => page.ParentId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Page>().WithMany().HasForeignKey(page => page.SuccessorId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class DraftConfiguration : IEntityTypeConfiguration<Draft>
{
    public void Configure(EntityTypeBuilder<Draft> builder)
    {
        builder.HasKey(draft => new { draft.PageId, draft.Area, draft.Lang });
        builder.HasOne<Page>().WithMany().HasForeignKey(draft => draft.PageId);
        builder.Property(draft => draft.Text).AsJson();
        builder.Property(draft => draft.Basis).AsJson();
        builder.Property(draft => draft.Review).AsJson();
    }
}

internal sealed class TextVersionConfiguration : IEntityTypeConfiguration<TextVersion>
{
    public void Configure(EntityTypeBuilder<TextVersion> builder)
    {
        builder.HasKey(version => new { version.PageId, version.Area, version.Lang, version.Number });
        builder.HasOne<Page>().WithMany().HasForeignKey(version => version.PageId);
        builder.Property(version => version.Text).AsJson();
        builder.Property(version => version.Basis).AsJson();
    }
}

internal sealed class TranslationConfiguration : IEntityTypeConfiguration<Translation>
{
    public void Configure(EntityTypeBuilder<Translation> builder)
    {
        builder.HasKey(translation => new { translation.PageId, translation.Lang });
        builder.HasOne<Page>().WithMany().HasForeignKey(translation => translation.PageId);
    }
}

internal sealed class PageSlugConfiguration : IEntityTypeConfiguration<PageSlug>
{
    public void Configure(EntityTypeBuilder<PageSlug> builder)
    {
        builder.HasKey(slug => new { slug.Lang, slug.Slug });
        builder.HasOne<Page>().WithMany().HasForeignKey(slug => slug.PageId);
        builder.HasIndex(slug => new { slug.PageId, slug.Lang });
    }
}

internal sealed class LivePageConfiguration : IEntityTypeConfiguration<LivePage>
{
    public void Configure(EntityTypeBuilder<LivePage> builder)
    {
        builder.HasKey(page => new { page.PageId, page.Since });
        builder.Property(page => page.Status).HasConversion<string>();
        builder.HasOne<Page>().WithMany().HasForeignKey(page => page.PageId);
        builder.HasIndex(page => page.PageId).IsUnique().HasFilter("until is null").HasDatabaseName("ix_live_page_now");
    }
}

internal sealed class LiveTextConfiguration : IEntityTypeConfiguration<LiveText>
{
    public void Configure(EntityTypeBuilder<LiveText> builder)
    {
        builder.HasKey(text => new { text.PageId, text.Area, text.Lang, text.Since });
        builder.Property(text => text.Blocks).AsJson();
        builder.Property(text => text.Parts).AsJson();
        builder.Property(text => text.Facts).AsJson();
        builder.HasOne<Page>().WithMany().HasForeignKey(text => text.PageId);
        builder.HasIndex(text => new { text.PageId, text.Area, text.Lang }).IsUnique().HasFilter("until is null").HasDatabaseName("ix_live_text_now");
    }
}

internal sealed class SharedItemConfiguration : IEntityTypeConfiguration<SharedItem>
{
    public void Configure(EntityTypeBuilder<SharedItem> builder)
    {
        builder.HasKey(item => item.Key);
        builder.Property(item => item.Version).IsConcurrencyToken();
        builder.Property(item => item.Content).AsJson();
    }
}

internal sealed class SharedUseConfiguration : IEntityTypeConfiguration<SharedUse>
{
    public void Configure(EntityTypeBuilder<SharedUse> builder)
    {
        builder.HasKey(use => new { use.Key, use.PageId, use.Area, use.Lang });
        builder.HasIndex(use => new { use.PageId, use.Area, use.Lang });
        builder.HasOne<Page>().WithMany().HasForeignKey(use => use.PageId);
    }
}

internal sealed class MediumConfiguration : IEntityTypeConfiguration<Medium>
{
    public void Configure(EntityTypeBuilder<Medium> builder)
    {
        builder.Property(medium => medium.Version).IsConcurrencyToken();
        builder.Property(medium => medium.Alt).AsJson();
        builder.HasOne<Blob>().WithMany().HasForeignKey(medium => medium.Hash);
        builder.HasIndex(medium => medium.Hash);
        builder.Property(medium => medium.State).HasDefaultValue(MediumState.Unchecked);
    }
}

internal sealed class BlobConfiguration : IEntityTypeConfiguration<Blob>
{
    public void Configure(EntityTypeBuilder<Blob> builder) => builder.HasKey(blob => blob.Hash);
}

internal sealed class FeedbackConfiguration : IEntityTypeConfiguration<Feedback>
{
    public void Configure(EntityTypeBuilder<Feedback> builder)
    {
        builder.Property(feedback => feedback.Version).IsConcurrencyToken();
        builder.HasIndex(feedback => feedback.TokenHash).IsUnique();
        builder.HasIndex(feedback => new { feedback.Area, feedback.Id });
        builder.HasIndex(feedback => new { feedback.Reader, feedback.CreatedAt }).HasFilter("reader is not null");
    }
}

internal sealed class PageCountConfiguration : IEntityTypeConfiguration<PageCount>
{
    public void Configure(EntityTypeBuilder<PageCount> builder) =>
        builder.HasKey(count => new { count.Day, count.PageId, count.Lang, count.Area, count.Channel });
}

internal sealed class PackageConfiguration : IEntityTypeConfiguration<Package>
{
    /// <summary>The table has a column <c>checklist</c> as well, which the release before writes.</summary>
    public void Configure(EntityTypeBuilder<Package> builder) =>
        builder.HasIndex(package => package.Code).IsUnique();
}

internal sealed class AssociationCopyConfiguration : IEntityTypeConfiguration<AssociationCopy>
{
    public void Configure(EntityTypeBuilder<AssociationCopy> builder)
    {
        builder.ToTable("association");
        builder.HasIndex(association => association.Area);
        builder.Property(association => association.Snapshot).AsJson();
    }
}

internal sealed class ContentCounterConfiguration : IEntityTypeConfiguration<ContentCounter>
{
    public void Configure(EntityTypeBuilder<ContentCounter> builder)
    {
        builder.ToTable("content");
        builder.Property(counter => counter.Id).ValueGeneratedNever();
        builder.HasData(new ContentCounter { Id = 1, Revision = 0 });
    }
}

internal sealed class LanguageRowConfiguration : IEntityTypeConfiguration<LanguageRow>
{
    public void Configure(EntityTypeBuilder<LanguageRow> builder)
    {
        builder.ToTable("language");
        builder.HasKey(language => language.Tag);
    }
}
