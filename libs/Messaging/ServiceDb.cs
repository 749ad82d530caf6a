using Microsoft.EntityFrameworkCore;
using Wir.Contracts;

namespace Wir.Messaging;

/// <summary>A service's database. What is emitted or put into the public feed commits with the changes it belongs to, or not at all.</summary>
public abstract class ServiceDb(DbContextOptions options) : DbContext(options)
{
    private readonly List<IEvent> _events = [];
    private readonly List<FeedChange> _changes = [];

    /// <summary>Schema of the service's own tables, outbox and inbox included; equal to the service's name.</summary>
    public abstract string Schema { get; }

    /// <summary>Sends <paramref name="event"/> when, and only when, the next <c>SaveChangesAsync</c> commits. Events of one save keep their order.</summary>
    public void Emit(IEvent @event) => _events.Add(@event);

    /// <summary>Puts the thing's new public state into the service's feed (<c>/changes</c>) with the next <c>SaveChangesAsync</c>.</summary>
    public void Feed(FeedChange change) => _changes.Add(change);
}

/// <summary>The public state of one thing after a change; the feed keeps the latest per thing.</summary>
/// <param name="Type">Kind of thing, for example <c>association</c>.</param>
/// <param name="Id">The thing's id.</param>
/// <param name="Version">The thing's public version.</param>
/// <param name="Data">Its public shape; null = a tombstone (delete).</param>
public sealed record FeedChange(string Type, Guid Id, long Version, object? Data)
{
    /// <summary>Why it was withdrawn, for tombstones.</summary>
    public string? Reason { get; init; }

    /// <summary>What took its place, for tombstones.</summary>
    public Guid? Successor { get; init; }
}
