using System.IO.Pipelines;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>
/// Work that a request can make long. It takes turns, on half of the processors, and pauses after each; so there is time
/// for all other requests. A few requests wait for their turn; one whose turn does not come in time is refused and may
/// be sent again. What was begun and goes on in steps waits for as long as its reader does.
/// </summary>
public sealed class HeavyWork : IDisposable
{
    private readonly HeavyWorkOptions _options;
    private readonly TimeProvider _time;
    private readonly ConcurrencyLimiter _turns;

    // One step at a time waits for a turn: many readers of streams do not keep a request from its own.
    private readonly SemaphoreSlim _steps = new(1, 1);
    private int _waiting;

    public HeavyWork(IOptions<HeavyWorkOptions> options, TimeProvider time)
    {
        (_options, _time) = (options.Value, time);
        _turns = new(new()
        {
            PermitLimit = Math.Max(1, _options.Turns ?? (Environment.ProcessorCount / 2)),
            QueueLimit = int.MaxValue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    }

    /// <param name="work">Looks at the token often enough that it ends soon after its client has gone.</param>
    /// <param name="ct">The request's.</param>
    /// <exception cref="ProblemException">No turn came in time (503).</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken ct)
    {
        using var turn = await TakeTurnAsync(ct);
        return work(ct);
    }

    /// <summary>A turn, until it is disposed of. Whoever has one asks for no other.</summary>
    /// <exception cref="ProblemException">None came in time, or too many wait (503).</exception>
    public async Task<IDisposable> TakeTurnAsync(CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(_options.Patience);
        try
        {
            // Whoever comes counts for a moment, be it that the turn is free.
            if (Interlocked.Increment(ref _waiting) > _options.Waiting + 1) throw Busy();
            return new Turn(this, await _turns.AcquireAsync(1, patience.Token), isStep: false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Busy();
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>
    /// A turn for one of the steps of something that has begun. It is short, and nobody waits for a reader in it.
    /// </summary>
    public async Task<IDisposable> TakeStepAsync(CancellationToken ct)
    {
        await _steps.WaitAsync(ct);
        try
        {
            return new Turn(this, await _turns.AcquireAsync(1, ct), isStep: true);
        }
        catch
        {
            _steps.Release();
            throw;
        }
    }

    /// <summary>Writes in steps: each ends with a flush, at which its reader may be slow.</summary>
    public async Task WriteAsync(PipeWriter output, Func<PipeWriter, Task> write, CancellationToken ct)
    {
        using var writer = new SteppedWriter(output, this) { Step = await TakeStepAsync(ct) };
        await write(writer);
    }

    public void Dispose()
    {
        _turns.Dispose();
        _steps.Dispose();
    }

    private async Task EndAsync(RateLimitLease lease, bool isStep, TimeSpan used)
    {
        var rest = used * _options.Rest;
        if (rest > _options.LongestRest) rest = _options.LongestRest;
        if (rest > TimeSpan.Zero) await Task.Delay(rest, _time);
        lease.Dispose();
        try
        {
            if (isStep) _steps.Release();
        }
        catch (ObjectDisposedException)
        {
            // The process stops.
        }
    }

    private static ProblemException Busy() => new(CommonProblems.Unavailable.With(new(
        "Es wird gerade zu viel auf einmal gerechnet.", "Too much is being computed at once.")));

    private sealed class Turn(HeavyWork owner, RateLimitLease lease, bool isStep) : IDisposable
    {
        private readonly long _since = owner._time.GetTimestamp();
        private int _ended;

        /// <summary>Whoever had the turn goes on at once; the next one comes after the rest.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 1) return;
            _ = owner.EndAsync(lease, isStep, owner._time.GetElapsedTime(_since));
        }
    }

    /// <summary>Has a step in hand but while it flushes.</summary>
    private sealed class SteppedWriter(PipeWriter inner, HeavyWork owner) : PipeWriter, IDisposable
    {
        public required IDisposable? Step { get; set; }

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            Dispose();
            var result = await inner.FlushAsync(cancellationToken);
            Step = await owner.TakeStepAsync(cancellationToken);
            return result;
        }

        public void Dispose()
        {
            Step?.Dispose();
            Step = null;
        }
    }
}
