using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Wir.Contracts;
using Wir.Messaging.Outbox;
using Wir.Messaging.Storage;

namespace Wir.Messaging;

/// <summary>A service's database. What is emitted or put into the public feed commits with the changes it belongs to, or not at all.</summary>
/// <remarks>A derived context that overrides <c>OnModelCreating</c> or <c>ConfigureConventions</c> calls the base method first.</remarks>
public abstract class ServiceDb(DbContextOptions options) : DbContext(options)
{
    private readonly DbContextOptions _options = options;
    private readonly List<IEvent> _events = [];
    private readonly List<FeedChange> _changes = [];
    private readonly List<Func<ServiceDb, CancellationToken, Task>> _writes = [];

    /// <summary>Schema of the service's own tables, outbox and inbox included; equal to the service's name.</summary>
    public abstract string Schema { get; }

    /// <summary>The event being handled, if this context serves a handler; what is emitted then names it as its cause.</summary>
    internal EventEnvelope? Cause { get; set; }

    /// <summary>True from the moment that rows for the relay or the feed were written until their commit was signalled.</summary>
    internal bool HasUnsignalledRows { get; set; }

    /// <summary>Asked before every commit of this context, inside its transaction; throws to prevent it. With it, nothing is written outside a transaction.</summary>
    internal Func<ServiceDb, CancellationToken, Task>? BeforeCommit { get; set; }

    /// <summary>Sends <paramref name="event"/> when, and only when, the next <c>SaveChangesAsync</c> commits. Events of one save keep their order.</summary>
    public void Emit(IEvent @event) => _events.Add(@event);

    /// <summary>Puts the thing's new public state into the service's feed (<c>/changes</c>) with the next <c>SaveChangesAsync</c>.</summary>
    public void Feed(FeedChange change) => _changes.Add(change);

    /// <summary>Writes more within the next <c>SaveChangesAsync</c>'s transaction (other libraries' rows); the process is woken after the commit.</summary>
    internal void OnSave(Func<ServiceDb, CancellationToken, Task> write) => _writes.Add(write);

    private bool HasPending => _events.Count + _changes.Count + _writes.Count > 0;

    /// <exception cref="NotSupportedException">Something was emitted or fed: only <see cref="SaveChangesAsync(bool, CancellationToken)"/> writes that.</exception>
    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        if (HasPending)
        {
            throw new NotSupportedException("Events, feed changes and jobs are written by SaveChangesAsync only.");
        }

        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        if (!HasPending) return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);

        if (Database.CurrentTransaction is not null)
        {
            var saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
            await WritePendingAsync(cancellationToken);
            ClearPending();
            return saved;
        }

        await using var transaction = await Database.BeginTransactionAsync(cancellationToken);
        var count = await SaveWithoutSavepointAsync(cancellationToken);
        await WritePendingAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        // Only now is it certain: a failed commit leaves changes and events as they were, for another try.
        if (acceptAllChangesOnSuccess) ChangeTracker.AcceptAllChanges();
        ClearPending();
        return count;
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.HasDefaultSchema(Schema);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Conventions.Add(_ => new SnakeCaseConvention());

    /// <summary>For a transaction that ends with a failure anyway: a savepoint would cost two more ways to the database.</summary>
    private async Task<int> SaveWithoutSavepointAsync(CancellationToken ct)
    {
        Database.AutoSavepointsEnabled = false;
        try
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess: false, ct);
        }
        finally
        {
            Database.AutoSavepointsEnabled = true;
        }
    }

    private async Task WritePendingAsync(CancellationToken ct)
    {
        var now = Clock.GetUtcNow();
        HasUnsignalledRows = true;
        if (_events.Count > 0) await OutboxWriter.WriteAsync(this, _events, now, ct);
        if (_changes.Count > 0) await FeedWriter.WriteAsync(this, _changes, now, ct);
        foreach (var write in _writes) await write(this, ct);
    }

    private void ClearPending()
    {
        _events.Clear();
        _changes.Clear();
        _writes.Clear();
    }

    private TimeProvider Clock =>
        _options.FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider?.GetService<TimeProvider>() ?? TimeProvider.System;
}

/// <summary>The public state of one thing after a change; the feed keeps the latest per thing.</summary>
/// <param name="Type">Kind of thing, for example <c>association</c>.</param>
/// <param name="Id">The thing's id.</param>
/// <param name="Version">The thing's public version; a lower one never replaces a higher one.</param>
/// <param name="Data">Its public shape; null = a tombstone (delete).</param>
public sealed record FeedChange(string Type, Guid Id, long Version, object? Data)
{
    /// <summary>Why it was withdrawn, for tombstones.</summary>
    public string? Reason { get; init; }

    /// <summary>What took its place, for tombstones.</summary>
    public Guid? Successor { get; init; }
}
