using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="IsLive">False when readers see no such page.</param>
/// <param name="View">Null when there is no text in a language that the reader takes.</param>
internal sealed record PageAnswer(bool IsLive, PageView? View);

/// <summary>
/// Pages as readers get them, kept in memory as long as no content has changed. Each read asks the database for the content's revision, so
/// every instance shows a change from the moment of its commit on; the answers are kept for one revision only.
/// </summary>
internal sealed class PageReader(LiveReader live, RevisionGate gate, Reading reading, FinishedAnswers lists, IOptions<WelcomeOptions> options)
{
    private volatile Kept _kept = new(-1);

    public async ValueTask<PageAnswer> ReadAsync(Guid id, Reader reader, CancellationToken ct)
    {
        if (options.Value.CachedPages == 0) return await LoadAsync(id, reader, ct);
        var revision = await gate.ReadAsync(ct);
        var kept = _kept;
        if (kept.Revision < revision) _kept = kept = new Kept(revision);
        var key = new PageCacheKey(id, reader.Language.Tag, reader.Municipality, reader.TakesAny);
        if (kept.Pages.TryGetValue(key, out var known)) return known;
        var answer = await LoadAsync(id, reader, ct);
        // What was read may be younger than the revision asked for before: then it must not be taken for that one's.
        if (answer.View is not null && kept.Pages.Count < options.Value.CachedPages && await gate.ReadAsync(ct) == kept.Revision) kept.Pages.TryAdd(key, answer);
        return answer;
    }

    /// <summary>A list of pages as the present content has it; finished lists are kept until content changes.</summary>
    /// <param name="context">The request; its address is the question.</param>
    /// <param name="reader">Who reads.</param>
    /// <param name="scope">What the list is about.</param>
    /// <param name="read">Makes the list of a scope.</param>
    /// <param name="ct">Ends with the request.</param>
    public async Task<FinishedRead<T>> ListAsync<T>(HttpContext context, Reader reader, LiveScope scope, Func<LiveScope, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        var revision = await gate.ReadAsync(ct);
        // Languages offered and areas of today are no content: they stand here themselves.
        string[] parts =
        [
            $"{revision} {reader.Language.Tag} {reader.TakesAny}", $"{context.Request.Path}{context.Request.QueryString}",
            string.Join(' ', scope.Langs), string.Join(' ', scope.Layers), string.Join(' ', scope.Areas ?? []),
        ];
        return new(lists, string.Join('\n', parts), reader.Language.Tag, async stop =>
        {
            var list = await read(scope, stop);
            // Changed while it was read: then once more as it was, since that is what its tag says.
            return await gate.ReadAsync(stop) == revision ? list : await read(scope with { Revision = revision }, stop);
        });
    }

    private async Task<PageAnswer> LoadAsync(Guid id, Reader reader, CancellationToken ct) =>
        await live.PageAsync(id, reading.Scope(reader, null), ct) is { } content ? new(true, Composer.Compose(content, reader)) : new(false, null);

    private readonly record struct PageCacheKey(Guid Id, string Lang, string? Municipality, bool TakesAny);

    private sealed record Kept(long Revision)
    {
        public ConcurrentDictionary<PageCacheKey, PageAnswer> Pages { get; } = new();
    }
}
