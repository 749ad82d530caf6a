using Wir.ServiceDefaults.Http;

namespace Wir.WelcomePackage.Features.Languages;

internal static class LanguageEndpoints
{
    public static void MapLanguages(this RouteGroupBuilder api) =>
        api.MapGet("/languages", ListLanguages).WithName("ListLanguages").WithTags("Languages")
            .WithSummary("The languages of the content, with script, direction and what is served when a text is missing");

    private static async Task<ReadResult<ListOf<OfferedLanguage>>> ListLanguages(HttpContext context, LanguageTable languages, CancellationToken ct)
    {
        var all = await languages.AllAsync(ct);
        return Reads.Ok(new ListOf<OfferedLanguage>(all, new ListLinks(context.Request.Path, null, null), new ListMeta { Count = all.Count, CountKind = "exact" }));
    }
}
