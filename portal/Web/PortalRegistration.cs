using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.WebEncoders;

namespace Wir.Portal.Web;

public static class PortalRegistration
{
    /// <summary>The pages, and what they need of the framework.</summary>
    public static IServiceCollection AddPortalPages(this IServiceCollection services)
    {
        // Nothing here knows who the reader is, so no other site can act in the reader's name.
        services.AddRazorPages(pages => pages.Conventions.ConfigureFilter(new IgnoreAntiforgeryTokenAttribute()));
        services.Configure<RouteOptions>(routes => routes.ConstraintMap["ui"] = typeof(UiLanguageConstraint));
        // Umlauts and Arabic stay letters; what HTML needs escaped is escaped all the same.
        services.Configure<WebEncoderOptions>(options => options.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.Configure<KeyManagementOptions>(KeyRingInMemory.Use);
        return services;
    }
}
