using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Pages;

/// <param name="IsLive">False when readers see no such page.</param>
/// <param name="View">Null when there is no text in a language that the reader takes.</param>
internal sealed record PageAnswer(bool IsLive, PageView? View);

/// <summary>
/// Pages as readers get them, kept in memory as long as no content has changed. Each read asks the database for the content's revision, so
/// every instance shows a change from the moment of its commit on; the answers are kept for one revision only.
/// </summary>
internal sealed class PageReader(LiveReader live, RevisionGate gate, Reading reading, IOptions<WelcomeOptions> options)
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

    private async Task<PageAnswer> LoadAsync(Guid id, Reader reader, CancellationToken ct) =>
        await live.PageAsync(id, reading.Scope(reader, null), ct) is { } content ? new(true, Composer.Compose(content, reader)) : new(false, null);

    private readonly record struct PageCacheKey(Guid Id, string Lang, string? Municipality, bool TakesAny);

    private sealed record Kept(long Revision)
    {
        public ConcurrentDictionary<PageCacheKey, PageAnswer> Pages { get; } = new();
    }
}
