using Microsoft.AspNetCore.Mvc;
using Wir.Portal.Api;
using Wir.Portal.Language;

namespace Wir.Portal.Pages;

/// <summary>An issued package, opened by its code, in the package's own language.</summary>
/// <remarks>The code is the key to the package: it is not logged, not handed to other sites, not kept by search engines or caches.</remarks>
public sealed class PackageModel(PublicApi api) : ReaderPage
{
    [BindProperty(SupportsGet = true)]
    public string Code { get; set; } = "";

    public PackageView? Package { get; private set; }

    public AreaView? Area { get; private set; }

    public IEnumerable<PageEntry> Topics { get; private set; } = [];

    public override bool NoIndex => true;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        KeepAddressPrivate();
        var answer = await api.PackageAsync(Code, ct);
        if (answer.Value is not { } package)
        {
            Title = $"{Text.Package} · {Text.SiteName}";
            Response.StatusCode = answer.IsUnavailable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status404NotFound;
            return Page();
        }

        Ui = UiLanguage.Find(package.Language) ?? UiLanguage.Default;
        Package = package;
        RequestedMunicipality = package.Area;
        var areas = api.AreasAsync(Ui.Tag, ct);
        var tree = api.TreeAsync(package.Language, package.Area, ct);
        Area = (await areas).Value?.Data.FirstOrDefault(area => area.Key == package.Area);
        Topics = ((await tree).Value?.Data ?? []).Where(page => page.ParentId is null).OrderBy(page => page.Order);
        Title = $"{Text.Package} · {Text.SiteName}";
        return Page();
    }
}
