using Microsoft.AspNetCore.Mvc;
using Wir.Portal.Api;
using Wir.Portal.Language;

namespace Wir.Portal.Pages;

/// <summary>One page of the welcome package, with the way up and the pages below it.</summary>
public sealed class TopicModel(PublicApi api) : ReaderPage
{
    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }

    public Answer<PageView> Shown { get; private set; }

    public AreaView? Municipality { get; private set; }

    /// <summary>From the root down to the page's parent.</summary>
    public IReadOnlyList<PageEntry> Path { get; private set; } = [];

    public IEnumerable<PageEntry> Below { get; private set; } = [];

    public override string PathIn(UiLanguage language) => $"/{language.Tag}/pages/{Id}{Query}";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        var page = api.PageAsync(Id, Ui.Tag, RequestedMunicipality, ct);
        var areas = api.AreasAsync(Ui.Tag, ct);
        Shown = await page;
        Municipality = (await areas).Value?.Data.FirstOrDefault(area => area.Key == RequestedMunicipality);
        if (Shown.State == AnswerState.Missing) return NotFound();

        if (Shown.Value is { } found)
        {
            var tree = await api.TreeAsync(Ui.Tag, RequestedMunicipality ?? found.Area, ct);
            var entries = tree.Value?.Data ?? [];
            Below = entries.Where(entry => entry.ParentId == Id).OrderBy(entry => entry.Order);
            Path = [.. Ancestors(found.ParentId, entries.ToDictionary(entry => entry.Id)).Reverse()];
        }

        Title = $"{Shown.Value?.Title ?? Text.Failure} · {Text.SiteName}";
        return Page();
    }

    private static IEnumerable<PageEntry> Ancestors(Guid? parent, Dictionary<Guid, PageEntry> entries)
    {
        // Removed when used: a broken tree must not turn into an endless page.
        while (parent is { } id && entries.Remove(id, out var entry))
        {
            yield return entry;
            parent = entry.ParentId;
        }
    }
}
