using Microsoft.EntityFrameworkCore;
using Wir.ServiceDefaults.Errors;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;
using Wir.WelcomePackage.Features.Media;
using Wir.WelcomePackage.Html;
using Wir.WelcomePackage.Live;

namespace Wir.WelcomePackage.Features.Pages;

/// <summary>What a text has to keep to be saved at all.</summary>
internal sealed class TextRules(WelcomeDb db)
{
    /// <summary>Every fault of a text; null when there is none.</summary>
    public async Task<ProblemCase?> RefusalAsync(PageText text, string lang, CancellationToken ct)
    {
        (string Pointer, string Html, bool IsPart)[] pieces = [("/body", text.Body, false), .. text.Parts.Select((part, index) => ($"/blocks/{index}/body", part.Body, true))];
        var unknown = await UnknownAsync(pieces, ct);
        if (unknown.Count > 0) return Problems.UnknownShared.With(new("Der Text nennt Bausteine, die es so nicht gibt.", "The text names shared items that do not exist like this."), unknown);
        var ids = pieces.SelectMany(piece => MediaCheck.IdsIn(piece.Html)).Distinct().ToArray();
        var described = ids.Length == 0 ? [] : (await db.Media.AsNoTracking().Where(medium => ids.Contains(medium.Id)).ToListAsync(ct))
            .Where(medium => medium.Alt.ContainsKey(lang)).Select(medium => medium.Id).ToHashSet();
        var faults = pieces.SelectMany(piece => Accessibility
            .FaultsIn(piece.Html, piece.IsPart, address => MediaCheck.IdOf(address) is { } id && described.Contains(id))
            .Select(detail => new Fault(piece.Pointer, Problems.InaccessibleText.Code, detail))).ToArray();
        return faults.Length == 0 ? null : Problems.InaccessibleText.With(new("Der Text hat Barrieren.", "The text has barriers."), faults);
    }

    private async Task<IReadOnlyList<Fault>> UnknownAsync((string Pointer, string Html, bool IsPart)[] pieces, CancellationToken ct)
    {
        var named = pieces.SelectMany(piece => Renderer.ItemsIn(piece.Html).Select(item => (piece.Pointer, item.Kind, item.Key))).ToArray();
        var keys = named.Select(one => one.Key).Distinct().ToArray();
        var kinds = keys.Length == 0 ? [] : await db.SharedItems.AsNoTracking().Where(item => keys.Contains(item.Key)).ToDictionaryAsync(item => item.Key, item => item.Kind, ct);
        var missing = named.Where(one => kinds.GetValueOrDefault(one.Key) != one.Kind).Select(one => new Fault(one.Pointer, Problems.UnknownShared.Code, new(
            $"{{{{{one.Kind}:{one.Key}}}}} gibt es nicht.", $"There is no {{{{{one.Kind}:{one.Key}}}}}.")));
        var misplaced = pieces.SelectMany(piece => Renderer.MisplacedIn(piece.Html).Select(mark => new Fault(piece.Pointer, Problems.UnknownShared.Code, new(
            $"{mark} steht nicht allein in einem Absatz oder ist kein Baustein.", $"{mark} does not stand alone in a paragraph or is no shared item."))));
        return [.. missing, .. misplaced];
    }
}
