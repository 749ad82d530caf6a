using Wir.Portal;
using Wir.Portal.Api;
using Wir.Portal.Language;
using Wir.Portal.Web;
using Wir.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("portal");
builder.WebHost.UseStaticWebAssets();
builder.Services.AddOptions<PortalOptions>().BindConfiguration("Portal");
builder.Services.AddPublicApi();
builder.Services.AddPortalPages();
builder.Services.AddSingleton<ContentLanguages>();

var app = builder.Build();
app.UseServiceDefaults();
app.UseExceptionHandler("/error/500");
app.UseStatusCodePagesWithReExecute("/error/{0}");
app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = PageHeaders.OfFile });
app.UseMiddleware<PageHeaders>();
app.MapGet("/", ContentLanguages.Redirect);
app.MapRazorPages();
await app.RunAsync();
