using MassTransit;
using Wir.Messaging.Broker;

namespace Wir.Messaging.Inbox;

/// <summary>Puts a delivery that cannot be read as an envelope into the error queue, byte for byte. Trying it again would change nothing.</summary>
internal sealed class UnreadableMessageFilter(string queue, ErrorQueue errors) : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        var reason = Faults.Describe(context.Exception);
        await errors.PutAsync(queue, context.GetBody(), new ErrorNote(null, reason, Attempts: 1, TraceParent: null), context.CancellationToken);
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("unreadable");
}
