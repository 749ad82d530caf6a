using Microsoft.EntityFrameworkCore;
using Wir.Messaging;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Data;

/// <summary>The welcome package's own data. What readers get is read from the live tables alone (<see cref="Live.LiveReader"/>).</summary>
public sealed class WelcomeDb(DbContextOptions<WelcomeDb> options) : ServiceDb(options)
{
    public const string SchemaName = "welcomepackage";

    public override string Schema => SchemaName;

    public DbSet<Page> Pages => Set<Page>();

    public DbSet<Draft> Drafts => Set<Draft>();

    public DbSet<TextVersion> TextVersions => Set<TextVersion>();

    public DbSet<Translation> Translations => Set<Translation>();

    public DbSet<PageSlug> Slugs => Set<PageSlug>();

    public DbSet<LivePage> LivePages => Set<LivePage>();

    public DbSet<LiveText> LiveTexts => Set<LiveText>();

    public DbSet<Package> Packages => Set<Package>();

    public DbSet<SharedItem> SharedItems => Set<SharedItem>();

    public DbSet<SharedUse> SharedUses => Set<SharedUse>();

    public DbSet<AssociationCopy> Associations => Set<AssociationCopy>();

    public DbSet<Medium> Media => Set<Medium>();

    public DbSet<Blob> Blobs => Set<Blob>();

    public DbSet<Feedback> Feedback => Set<Feedback>();

    public DbSet<PageCount> PageCounts => Set<PageCount>();

    public DbSet<ContentCounter> Content => Set<ContentCounter>();

    public DbSet<LanguageRow> Languages => Set<LanguageRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(WelcomeDb).Assembly);
    }
}

/// <summary>One row: the number of the last change that readers could see.</summary>
public sealed class ContentCounter
{
    public required int Id { get; init; }
    public required long Revision { get; set; }
}

/// <summary>A language that content is offered in.</summary>
public sealed class LanguageRow
{
    public required string Tag { get; init; }
    public required int SortOrder { get; init; }
    public required string NativeName { get; init; }
    public required string Script { get; init; }
    public required string Direction { get; init; }

    /// <summary>What is served instead, in this order.</summary>
    public required string[] Fallback { get; init; }
}
