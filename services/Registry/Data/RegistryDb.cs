using Microsoft.EntityFrameworkCore;
using Wir.Messaging;
using Wir.Registry.Domain;
using Wir.Registry.Mail;

namespace Wir.Registry.Data;

public sealed class RegistryDb(DbContextOptions<RegistryDb> options) : ServiceDb(options)
{
    public const string NumberSequence = "association_number";

    public override string Schema => "registry";

    public DbSet<Association> Associations => Set<Association>();

    public DbSet<AssociationVersion> Versions => Set<AssociationVersion>();

    public DbSet<AssociationIdentifier> Identifiers => Set<AssociationIdentifier>();

    public DbSet<PersonContact> Persons => Set<PersonContact>();

    public DbSet<Submission> Submissions => Set<Submission>();

    public DbSet<OutgoingMail> Mails => Set<OutgoingMail>();

    public DbSet<OfficeTask> Tasks => Set<OfficeTask>();

    public DbSet<ConfirmationRequest> ConfirmationRequests => Set<ConfirmationRequest>();

    public DbSet<RetentionRun> RetentionRuns => Set<RetentionRun>();

    /// <summary>The next running number of an entry. Numbers may have gaps, never repeats.</summary>
    public Task<long> NextSerialAsync(CancellationToken ct) =>
        Database.SqlQuery<long>($"select nextval('registry.association_number') as \"Value\"").SingleAsync(ct);

    /// <summary>The next running numbers, ascending.</summary>
    public Task<List<long>> NextSerialsAsync(int count, CancellationToken ct) =>
        Database.SqlQuery<long>($"select nextval('registry.association_number') as \"Value\" from generate_series(1, {count})").ToListAsync(ct);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.HasSequence<long>(NumberSequence).StartsAt(1001);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(RegistryDb).Assembly);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<AssociationStatus>().HaveConversion<CodeConverter<AssociationStatus>>();
        configurationBuilder.Properties<SubmissionState>().HaveConversion<CodeConverter<SubmissionState>>();
        configurationBuilder.Properties<TaskKind>().HaveConversion<CodeConverter<TaskKind>>();
        configurationBuilder.Properties<TaskState>().HaveConversion<CodeConverter<TaskState>>();
        configurationBuilder.Properties<Visibility>().HaveConversion<CodeConverter<Visibility>>();
    }
}

/// <summary>Who holds an identifier: one public entry each.</summary>
public sealed class AssociationIdentifier
{
    public required string Scheme { get; init; }
    public required string Value { get; init; }
    public required Guid AssociationId { get; init; }
}
