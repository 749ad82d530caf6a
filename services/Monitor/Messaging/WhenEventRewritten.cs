using Wir.Contracts;
using Wir.Messaging;
using Wir.Monitor.Data;

namespace Wir.Monitor.Messaging;

/// <summary>An erasure reaches what this service has put by of the register's events.</summary>
internal sealed class WhenEventRewritten(MonitorDb db, KeptCopies copies) : IEventHandler<EventRewritten>
{
    public Task HandleAsync(Received<EventRewritten> received, CancellationToken ct) =>
        copies.RewriteAsync(db, received.Event.EventId, received.Event.Data, ct);
}
