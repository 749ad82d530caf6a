using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Wir.ServiceDefaults.Errors;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Features.Media;

/// <summary>Whether the pictures of a text may be shown.</summary>
internal sealed partial class MediaCheck(WelcomeDb db)
{
    public const string Path = WelcomeApp.Prefix + "/media/";

    /// <summary>What stands against publishing the drafts: a picture that is not there, or that is not described in the draft's language.</summary>
    public async Task<IReadOnlyList<Fault>> FaultsAsync(IReadOnlyList<Draft> drafts, CancellationToken ct)
    {
        var shown = drafts.SelectMany(draft => draft.Text.Parts.Select(part => part.Body).Prepend(draft.Text.Body).SelectMany(IdsIn).Distinct().Select(id => (draft.Lang, Id: id))).ToArray();
        if (shown.Length == 0) return [];
        var ids = shown.Select(one => one.Id).Distinct().ToArray();
        var media = await db.Media.AsNoTracking().Where(medium => ids.Contains(medium.Id)).ToDictionaryAsync(medium => medium.Id, ct);
        return [.. shown.Select(one => (one.Lang, one.Id, Medium: media.GetValueOrDefault(one.Id)))
            .Where(one => one.Medium is null || !one.Medium.Alt.ContainsKey(one.Lang))
            .Select(one => new Fault($"/languages/{one.Lang}", Problems.MediumNotReady.Code, one.Medium is null
                ? new($"Das Bild {one.Id} gibt es nicht.", $"There is no picture {one.Id}.")
                : new($"Das Bild {one.Id} hat auf {one.Lang} keinen Alternativtext.", $"The picture {one.Id} has no alternative text in {one.Lang}.")))];
    }

    public static IEnumerable<Guid> IdsIn(string html) => Address().Matches(html).Select(match => IdOf(match.Groups["address"].Value)).OfType<Guid>().Distinct();

    public static Guid? IdOf(string address) =>
        address.StartsWith(Path, StringComparison.Ordinal) && Guid.TryParse(address.AsSpan(Path.Length), out var id) ? id : null;

    [GeneratedRegex("""src="(?<address>[^"]*)""")]
    private static partial Regex Address();
}
