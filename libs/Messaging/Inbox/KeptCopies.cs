using Wir.Messaging.Inbox;

namespace Wir.Messaging;

/// <summary>Deliveries that a service could not handle and keeps for later: its retries and its error queues.</summary>
public sealed class KeptCopies
{
    internal KeptCopies()
    {
    }

    /// <summary>
    /// Notes that an event's owner has rewritten it. After the commit each kept copy gets the new data, within moments and
    /// outside of this transaction; so do copies that are put by later. What is noted of the failure is shortened to its
    /// kind, since it may quote the old data. Repeated, it changes nothing. The copies can be replayed as before.
    /// </summary>
    /// <param name="db">The service's database, with an open transaction.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="data">Its new data, JSON.</param>
    /// <param name="ct">Cancellation.</param>
#pragma warning disable CA1822 // It stays a service of its own: handlers ask for it.
    public Task RewriteAsync(ServiceDb db, Guid eventId, string data, CancellationToken ct) =>
        RewrittenEvents.AddAsync(db, eventId, data, ct);
#pragma warning restore CA1822
}
