using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Wir.ServiceDefaults.Errors;

namespace Wir.ServiceDefaults.Http;

/// <summary>
/// Answers that are written as fast as their readers read: so many at a time, and none for ever. Whoever writes one holds no
/// connection to the database meanwhile.
/// </summary>
public sealed class LongAnswers : IDisposable
{
    // More than the gateway lets some addresses have open together.
    private const int Most = 200;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);

    private readonly ConcurrencyLimiter _open = new(new() { PermitLimit = Most, QueueLimit = 0 });

    /// <param name="http">The request. It is broken off when it has lasted too long.</param>
    /// <param name="write">Writes the answer.</param>
    /// <exception cref="ProblemException">Too many are open (503).</exception>
    public async Task WriteAsync(HttpContext http, Func<CancellationToken, Task> write)
    {
        using var place = _open.AttemptAcquire();
        if (!place.IsAcquired)
        {
            throw new ProblemException(CommonProblems.Unavailable.With(new(
                "Es werden gerade zu viele lange Antworten gelesen.", "Too many long answers are being read at the moment.")));
        }

        using var time = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        time.CancelAfter(s_longest);
        try
        {
            await write(time.Token);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            // Half an answer must not look like a whole one.
            http.Abort();
        }
    }

    public void Dispose() => _open.Dispose();
}
