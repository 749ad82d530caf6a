using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Wir.Contracts;
using Wir.Messaging;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Data.Configurations;

namespace Wir.WelcomePackage.Messaging;

/// <summary>Keeps the copy of an entry that became public or changed.</summary>
internal sealed class WhenAssociationPublished(WelcomeDb db) : IEventHandler<AssociationPublished>
{
    public Task HandleAsync(Received<AssociationPublished> received, CancellationToken ct) =>
        db.KeepAsync(received.Event.AssociationId, received.Envelope.Sequence, received.Event.Area, received.Event.Snapshot, ct);
}

/// <summary>Forgets the copy of an entry that is public no longer; what stays is that it was.</summary>
internal sealed class WhenAssociationWithdrawn(WelcomeDb db) : IEventHandler<AssociationWithdrawn>
{
    public Task HandleAsync(Received<AssociationWithdrawn> received, CancellationToken ct) =>
        db.KeepAsync(received.Event.AssociationId, received.Envelope.Sequence, received.Event.Area, null, ct);
}

internal static class AssociationCopies
{
    /// <summary>The highest sequence wins, in whatever order and however often events arrive.</summary>
    public static Task KeepAsync(this WelcomeDb db, Guid id, long sequence, string area, AssociationSnapshot? snapshot, CancellationToken ct)
    {
        var kept = snapshot is null ? null : JsonSerializer.SerializeToNode(snapshot, JsonColumn.Options)!.AsObject();
        // Events of earlier producers are still under way; what they say of contacts is not kept.
        kept?.Remove("contacts");
        var json = kept?.ToJsonString(JsonColumn.Options);
        return db.Database.ExecuteSqlAsync($"""
            insert into welcomepackage.association as a (id, sequence, area, snapshot) values ({id}, {sequence}, {area}, {json}::jsonb)
            on conflict (id) do update set sequence = excluded.sequence, area = excluded.area, snapshot = excluded.snapshot where a.sequence < excluded.sequence
            """, ct);
    }
}
