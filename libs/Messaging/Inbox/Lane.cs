using System.Diagnostics;
using Wir.Contracts;

namespace Wir.Messaging.Inbox;

/// <summary>
/// Handles the deliveries of one part of a queue one after another, in the order of their arrival. What gathers while others are handled goes
/// together in one transaction: a commit costs more than most effects. When that fails, each is handled by itself, so that a bad one harms only itself.
/// </summary>
internal sealed class Lane(QueueDefinition queue, Dispatcher dispatcher, Func<Delivery, CancellationToken, Task> handleAlone)
{
    /// <summary>Deliveries of one transaction at most.</summary>
    public const int MaxBatch = 64;

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = [];
    private bool _running;

    /// <summary>Ends when the event is handled or safely put by; throws only to give the delivery back to the broker.</summary>
    /// <param name="envelope">The event.</param>
    /// <param name="repeated">The broker has delivered it before. It may be what ended a process, and takes nobody with it a second time.</param>
    /// <param name="ct">Ends when the delivery is no longer this process's own.</param>
    public Task HandleAsync(EventEnvelope envelope, bool repeated, CancellationToken ct)
    {
        var waiting = new Waiting(new Delivery(envelope, Activity.Current?.Context ?? default), repeated, ct);
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            if (!_running)
            {
                _running = true;
                // Its own flow: the first delivery's span is nobody else's parent.
                using (ExecutionContext.SuppressFlow()) _ = Task.Run(RunAsync, CancellationToken.None);
            }
        }

        return waiting.Done.Task;
    }

    private async Task RunAsync()
    {
        while (TakeNext() is { Count: > 0 } batch)
        {
            if (batch.Count == 1 || !await TryTogetherAsync(batch))
            {
                foreach (var waiting in batch) await HandleAloneAsync(waiting);
            }
        }
    }

    private List<Waiting> TakeNext()
    {
        var batch = new List<Waiting>();
        lock (_lock)
        {
            while (batch.Count < MaxBatch && _waiting.TryPeek(out var next) && (batch.Count == 0 || !(next.Repeated || batch[0].Repeated)))
            {
                batch.Add(_waiting.Dequeue());
            }

            _running = batch.Count > 0;
        }

        return batch;
    }

    private async Task<bool> TryTogetherAsync(List<Waiting> batch)
    {
        try
        {
            await dispatcher.DispatchAsync(queue, [.. batch.Select(waiting => waiting.Delivery)], batch[0].Ct);
        }
#pragma warning disable CA1031 // Which of them failed, and what becomes of it, shows when each is handled by itself.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }

        foreach (var waiting in batch) waiting.Done.SetResult();
        return true;
    }

    private async Task HandleAloneAsync(Waiting waiting)
    {
        try
        {
            await handleAlone(waiting.Delivery, waiting.Ct);
            waiting.Done.SetResult();
        }
#pragma warning disable CA1031 // Told to who waits for it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            waiting.Done.SetException(e);
        }
    }

    private sealed record Waiting(Delivery Delivery, bool Repeated, CancellationToken Ct)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
