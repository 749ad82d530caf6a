using System.ComponentModel;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Features.Counters;

namespace Wir.WelcomePackage.Features.Pages;

/// <summary>A page by its address within a language. An address that the page had before leads to the one that it has now.</summary>
internal static class ReadBySlug
{
    public static async Task<Results<ReadResult<PageView>, RedirectHttpResult, ProblemHttpResult>> Handle(
        HttpContext context, NpgsqlDataSource source, PageReader pages, WelcomeDb db, Reading reading, PageCounter counter, Caller caller,
        [Description("BCP 47 tag")] string lang, [Description("The page's address")] string slug, [Description("Key of the reader's municipality")] string? municipality, CancellationToken ct)
    {
        if (!(await reading.OfAsync(context, lang, municipality, "?municipality", null, ct)).TryGet(out var reader, out var problem)) return problem.ToResult();
        await using var command = source.CreateCommand($"""
            select s.page_id, now.slug from {WelcomeDb.SchemaName}.page_slug s
            left join {WelcomeDb.SchemaName}.page_slug now on now.page_id = s.page_id and now.lang = s.lang and now.is_current
            where s.lang = @lang and s.slug = @slug
            """);
        command.Parameters.AddWithValue("lang", reader.Language.Tag);
        command.Parameters.AddWithValue("slug", slug.Normalize(NormalizationForm.FormC));
        var (id, current) = (Guid.Empty, (string?)null);
        await using (var row = await command.ExecuteReaderAsync(ct))
        {
            if (await row.ReadAsync(ct)) (id, current) = (row.GetGuid(0), await row.IsDBNullAsync(1, ct) ? null : row.GetString(1));
        }

        if (id == Guid.Empty) return PageEndpoints.NoSuchPage.ToResult();
        if (await pages.ReadAsync(id, reader, ct) is { IsLive: true, View: { } view })
        {
            if (current is null || current == slug.Normalize(NormalizationForm.FormC))
            {
                counter.Count(id, view.Language.Served, reader.Municipality ?? view.Area, caller.IsAnonymous ? PageCounter.Web : PageCounter.Api);
                return Reads.Ok(view, view.Version, view.UpdatedAt, view.Language.Served);
            }

            return TypedResults.Redirect($"{WelcomeApp.Prefix}/slugs/{reader.Language.Tag}/{Uri.EscapeDataString(current)}{context.Request.QueryString}", permanent: true, preserveMethod: true);
        }

        return await PageEndpoints.SuccessorOrWhyNotAsync(context, db, id, ct) switch
        {
            { Address: { } address } => TypedResults.Redirect(address, permanent: true, preserveMethod: true),
            { Problem: var why } => why!.ToResult(),
        };
    }
}
