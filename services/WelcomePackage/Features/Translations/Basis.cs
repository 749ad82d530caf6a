using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Html;

namespace Wir.WelcomePackage.Features.Translations;

/// <summary>What a translation is a translation of, segment by segment.</summary>
internal static class Basis
{
    /// <summary>
    /// The basis of a text just written. A pair of segments that was there before keeps its quality, so that a change of one paragraph costs
    /// one review; a text given as approved is approved as a whole.
    /// </summary>
    public static IReadOnlyList<BasisSegment> Of(PageText source, PageText target, string? quality, IEnumerable<BasisSegment> before)
    {
        var (asked, said) = (Segments.HashesOf(source), Segments.HashesOf(target));
        // Only texts that are cut alike tell which segment says which.
        var alike = asked.Length == said.Length;
        var known = before.Where(pair => pair.Target is not null).DistinctBy(pair => (pair.Source, pair.Target)).ToDictionary(pair => (pair.Source, pair.Target), pair => pair.Quality);
        return [.. asked.Select((hash, index) =>
        {
            var answer = alike ? said[index] : null;
            return new BasisSegment(hash, answer, quality is not null && known.TryGetValue((hash, answer), out var kept) ? kept : quality);
        })];
    }

    /// <summary>A translation is up to date when it says each segment of the source, and none that the source no longer has.</summary>
    public static (string State, int Open) StateOf(TextVersion version, IReadOnlyList<string> source, bool isSource)
    {
        if (isSource) return (TranslationState.UpToDate, 0);
        var basis = version.Basis ?? [];
        var said = basis.Select(pair => pair.Source).ToArray();
        var open = Segments.Missing(source, said).Count;
        if (open > 0 || Segments.Missing(said, source).Count > 0) return (TranslationState.Outdated, open);
        if (basis.Any(pair => pair.Quality == TranslationState.MachineTranslated)) return (TranslationState.MachineTranslated, 0);
        return (basis.Any(pair => pair.Quality is not null) ? TranslationState.NeedsReview : TranslationState.UpToDate, 0);
    }
}
