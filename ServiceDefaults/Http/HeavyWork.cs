using System.Threading.RateLimiting;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>
/// Computation that a request can make long. It uses half of the processors and leaves the rest to all other requests. A few requests
/// wait for their turn; one whose turn does not come in time is refused and may be sent again.
/// </summary>
public sealed class HeavyWork : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrencyLimiter _turns = new(new()
    {
        PermitLimit = Math.Max(1, Environment.ProcessorCount / 2),
        QueueLimit = 16,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <param name="work">Looks at the token often enough that it ends soon after its client has gone.</param>
    /// <param name="ct">The request's.</param>
    /// <exception cref="ProblemException">No turn came in time (503).</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken ct)
    {
        using var turn = await WaitAsync(ct);
        return turn.IsAcquired ? work(ct) : throw Busy();
    }

    public void Dispose() => _turns.Dispose();

    private async Task<RateLimitLease> WaitAsync(CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_patience);
        try
        {
            return await _turns.AcquireAsync(1, patience.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Busy();
        }
    }

    private static ProblemException Busy() => new(CommonProblems.Unavailable.With(new(
        "Es wird gerade zu viel auf einmal gerechnet.", "Too much is being computed at once.")));
}
