using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Wir.Portal.Api;
using Wir.Portal.Language;

namespace Wir.Portal.Pages;

/// <summary>The start page: the district's welcome, the topics, one municipality with its associations, one number.</summary>
public sealed class HomeModel(PublicApi api, IOptions<PortalOptions> options) : ReaderPage
{
    private readonly string _district = options.Value.District;

    /// <summary>Where the list of associations goes on.</summary>
    [BindProperty(SupportsGet = true, Name = "cursor")]
    public string? Cursor { get; set; }

    public Answer<Listing<AreaView>> Areas { get; private set; }

    public IEnumerable<AreaView> Municipalities => Areas.Value?.Data.Where(area => area.ParentKey == _district) ?? [];

    public AreaView? District { get; private set; }

    public AreaView? Municipality { get; private set; }

    public Answer<Listing<PageEntry>> Tree { get; private set; }

    /// <summary>The first page of the district, shown in full.</summary>
    public Answer<PageView> Welcome { get; private set; }

    /// <summary>The chapters that hold everywhere in the district.</summary>
    public IEnumerable<PageEntry> Topics => Roots.Where(page => page.Id != Welcome.Value?.Id);

    /// <summary>What the municipality alone has written.</summary>
    public IEnumerable<PageEntry> LocalPages => Tree.Value?.Data.Where(page => page.Area == Municipality?.Key) ?? [];

    /// <summary>Null while no municipality is chosen.</summary>
    public Answer<Listing<AssociationView>>? Associations { get; private set; }

    public Answer<Listing<OverviewRow>> Overview { get; private set; }

    public string? NextAssociations => Associations?.Value?.Links?.CursorOfNext is { } cursor
        ? $"/{Ui.Tag}/{Query}&cursor={Uri.EscapeDataString(cursor)}#associations"
        : null;

    /// <summary>The answer for a district holds the pages of its municipalities, too; they belong to their readers only.</summary>
    private IEnumerable<PageEntry> Roots => (Tree.Value?.Data ?? [])
        .Where(page => page.ParentId is null && Municipalities.All(area => area.Key != page.Area)).OrderBy(page => page.Order);

    public override string PathIn(UiLanguage language) => HomePath(language);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        var areas = api.AreasAsync(Ui.Tag, ct);
        var tree = api.TreeAsync(Ui.Tag, RequestedMunicipality ?? _district, ct);
        var associations = RequestedMunicipality is null ? null : api.AssociationsAsync(Ui.Tag, RequestedMunicipality, Cursor, ct);

        var overview = api.OverviewAsync(Ui.Tag, RequestedMunicipality ?? _district, ct);

        Areas = await areas;
        District = Areas.Value?.Data.FirstOrDefault(area => area.Key == _district);
        Municipality = Municipalities.FirstOrDefault(area => area.Key == RequestedMunicipality);
        if (RequestedMunicipality is not null && Municipality is null && !Areas.IsUnavailable) return NotFound();

        Tree = await tree;
        Welcome = Roots.FirstOrDefault() is { } first ? await api.PageAsync(first.Id, Ui.Tag, RequestedMunicipality, ct) : new(AnswerState.Missing);
        Associations = associations is null ? null : await associations;
        Overview = await overview;
        Title = string.Join(" · ", new[] { Municipality?.Name, District?.Name, Text.SiteName }.OfType<string>());
        return Page();
    }
}
