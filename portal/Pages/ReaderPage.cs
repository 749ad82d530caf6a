using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Wir.Portal.Api;
using Wir.Portal.Language;

namespace Wir.Portal.Pages;

/// <summary>What the layout needs of every page.</summary>
public abstract class ReaderPage : PageModel
{
    /// <summary>First segment of the path.</summary>
    [BindProperty(SupportsGet = true, Name = "lang")]
    public string? RequestedLanguage { get; set; }

    /// <summary>Key of the municipality chosen; travels with every link.</summary>
    [BindProperty(SupportsGet = true, Name = "municipality")]
    public string? RequestedMunicipality { get; set; }

    public UiLanguage Ui { get; protected set; } = UiLanguage.Default;

    public UiText Text => Ui.Text;

    /// <summary>The languages of the switch.</summary>
    public IReadOnlyList<UiLanguage> Languages { get; private set; } = UiLanguage.Spoken;

    public string Title { get; protected set; } = "";

    /// <summary>True for what search engines must not keep.</summary>
    public virtual bool NoIndex => false;

    /// <summary>The same page in another language; null where it has none.</summary>
    public virtual string? PathIn(UiLanguage language) => null;

    public string HomePath(UiLanguage language) => $"/{language.Tag}/{Query}";

    public string PagePath(Guid id) => $"/{Ui.Tag}/pages/{id}{Query}";

    public string AssociationPath(Guid id) => $"/{Ui.Tag}/associations/{id}{Query}";

    public PageLinks ListOf(IEnumerable<PageEntry> entries) => new(entries, this);

    protected string Query => string.IsNullOrEmpty(RequestedMunicipality) ? "" : $"?municipality={Uri.EscapeDataString(RequestedMunicipality)}";

    [NonHandler]
    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        var services = HttpContext.RequestServices;
        Languages = await services.GetRequiredService<ContentLanguages>()
            .AllAsync(services.GetRequiredService<PublicApi>(), HttpContext.RequestAborted);
        await base.OnPageHandlerExecutionAsync(context, next);
    }

    [NonHandler]
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        Ui = UiLanguage.Find(RequestedLanguage) ?? UiLanguage.Negotiate(Request.Headers.AcceptLanguage, Languages);
        if (context.HandlerMethod is not null) return;
        Response.Headers.Allow = string.Join(", ", context.ActionDescriptor.HandlerMethods.Select(handler => handler.HttpMethod.ToUpperInvariant()).Append("HEAD"));
        context.Result = StatusCode(StatusCodes.Status405MethodNotAllowed);
    }

    /// <summary>For addresses that hold a secret: no other site, search engine or cache gets to know them.</summary>
    protected void KeepAddressPrivate()
    {
        Response.Headers["Referrer-Policy"] = "no-referrer";
        Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        Response.Headers.CacheControl = "private, no-store";
    }
}
