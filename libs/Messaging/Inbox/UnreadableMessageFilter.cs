using System.Runtime.ExceptionServices;
using MassTransit;
using Wir.Messaging.Broker;

namespace Wir.Messaging.Inbox;

/// <summary>
/// Puts a delivery that cannot be read as an envelope into the error queue, byte for byte: trying it again would change nothing.
/// One that is given back, because the service stops, comes this way, too; thrown on, it returns to its queue.
/// </summary>
internal sealed class UnreadableMessageFilter(string queue, ErrorQueue errors) : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (context.Exception is GivenBackException or ConsumerCanceledException or OperationCanceledException) ExceptionDispatchInfo.Throw(context.Exception);
        var reason = Faults.Describe(context.Exception);
        await errors.PutAsync(queue, context.GetBody(), new ErrorNote(null, reason, Attempts: 1, TraceParent: null), context.CancellationToken);
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("unreadable");
}

/// <summary>The delivery is somebody else's to handle. No cancellation: the library would report that as a fault of the message.</summary>
internal sealed class GivenBackException(string message, Exception inner) : Exception(message, inner);
