// The partner is the bus as one would use it without this platform's library.
#pragma warning disable RS0030

using System.Diagnostics;
using MassTransit;

namespace Wir.Bench;

/// <summary>A message of the size of an event.</summary>
public sealed record RawMessage(Guid Id, string Text);

/// <summary>Publishing and consuming with nothing but MassTransit: quorum queue, confirms, no database.</summary>
internal static class RawMassTransit
{
    private const int Parallel = 64;
    private const int Warm = 5_000;

    /// <summary>Messages per second from the first publish to the last consume.</summary>
    public static async Task<double> MeasureAsync(string broker, int messages)
    {
        var consumed = -Warm;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var warm = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bus = Bus.Factory.CreateUsingRabbitMq(configure =>
        {
            configure.Host(new Uri(broker), host => host.PublisherConfirmation = true);
            configure.ReceiveEndpoint("raw", endpoint =>
            {
                endpoint.SetQuorumQueue();
                endpoint.PrefetchCount = 200;
                endpoint.ConcurrentMessageLimit = 16;
                endpoint.Handler<RawMessage>(context =>
                {
                    var count = Interlocked.Increment(ref consumed);
                    if (count == 0) warm.TrySetResult();
                    if (count == messages) done.TrySetResult();
                    return Task.CompletedTask;
                });
            });
        });
        await bus.StartAsync();
        await PublishAsync(bus, Warm);
        await warm.Task;
        var clock = Stopwatch.StartNew();
        await PublishAsync(bus, messages);
        await done.Task;
        var perSecond = messages / clock.Elapsed.TotalSeconds;
        await bus.StopAsync();
        return perSecond;
    }

    private static Task PublishAsync(IBus bus, int messages)
    {
        var text = new string('x', 300);
        return System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, messages), new ParallelOptions { MaxDegreeOfParallelism = Parallel },
            async (_, ct) => await bus.Publish(new RawMessage(Guid.CreateVersion7(), text), ct));
    }
}
