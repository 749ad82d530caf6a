using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Wir.Portal.Language;

namespace Wir.Portal.Pages;

/// <summary>What a reader sees instead of a page: in the language of the address, else of the browser.</summary>
public sealed class ErrorModel : ReaderPage
{
    [BindProperty(SupportsGet = true)]
    public int Status { get; set; }

    public override bool NoIndex => true;

    public bool IsMissing => Status is >= 400 and < 500;

    [NonHandler]
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        var path = HttpContext.Features.Get<IStatusCodeReExecuteFeature>()?.OriginalPath
            ?? HttpContext.Features.Get<IExceptionHandlerPathFeature>()?.Path
            ?? "";
        Ui = UiLanguage.Find(path.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault())
            ?? UiLanguage.Negotiate(Request.Headers.AcceptLanguage, Languages);
        Title = $"{(IsMissing ? Text.NotFound : Text.Failure)} · {Text.SiteName}";
        Response.Headers.CacheControl = "no-store";
    }
}
