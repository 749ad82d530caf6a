using Microsoft.AspNetCore.Mvc;
using Wir.Portal.Api;
using Wir.Portal.Language;

namespace Wir.Portal.Pages;

/// <summary>One entry of the register as it is now: booklets link here instead of printing contacts.</summary>
public sealed class AssociationModel(PublicApi api) : ReaderPage
{
    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }

    public Answer<AssociationView> Shown { get; private set; }

    public override string PathIn(UiLanguage language) => $"/{language.Tag}/associations/{Id}{Query}";

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        Shown = await api.AssociationAsync(Id, Ui.Tag, ct);
        if (Shown.State == AnswerState.Missing) return NotFound();
        Title = $"{Shown.Value?.Name ?? Text.Failure} · {Text.SiteName}";
        return Page();
    }
}
