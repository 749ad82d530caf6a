namespace Wir.WelcomePackage.Live;

/// <summary>
/// The content's revision, asked for once for all who ask at the same time: who comes while a question is under way waits for the next one,
/// whose answer is not older than their own question.
/// </summary>
public sealed class RevisionGate(LiveReader live)
{
    private readonly Lock _lock = new();
    private Task<long>? _running;
    private Task<long>? _next;

    public Task<long> ReadAsync(CancellationToken ct)
    {
        lock (_lock)
        {
            if (_running is null || _running.IsCompleted) return (_running = AskAsync()).WaitAsync(ct);
            return (_next ??= AfterAsync(_running)).WaitAsync(ct);
        }
    }

    // One reader's leaving must not take the answer from the others.
    private Task<long> AskAsync() => live.RevisionAsync(CancellationToken.None);

    private async Task<long> AfterAsync(Task running)
    {
        await running.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        Task<long> asked;
        lock (_lock)
        {
            _running = asked = AskAsync();
            _next = null;
        }

        return await asked;
    }
}
