using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using Wir.Areas;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Features.Translations;

/// <param name="Area">Area that owns the pages.</param>
/// <param name="Lang">BCP 47 tag.</param>
/// <param name="Pages">Published pages of the area.</param>
/// <param name="OpenSegments">Segments that live texts do not say.</param>
/// <param name="States">Pages by state; states without pages are left out.</param>
public sealed record CoverageRow(string Area, string Lang, int Pages, int OpenSegments, IReadOnlyDictionary<string, int> States);

/// <summary>Language × area × state, counted in one statement.</summary>
internal static class Coverage
{
    private const string Schema = WelcomeDb.SchemaName;

    private const string Sql = $"""
        with page as (
            select p.page_id, p.area, array_agg(t.lang) filter (where t.lang is not null) as langs
            from {Schema}.live_page p
            left join {Schema}.translation t on t.page_id = p.page_id
            where p.until is null and p.status = 'Published' and (@areas::text[] is null or p.area = any(@areas))
            group by p.page_id, p.area
        ), cell as (
            select page.area, l.tag, l.sort_order, coalesce(t.open_segments, 0) as open_segments,
                case
                    when (t.state is null or t.state = '{TranslationState.Outdated}') and d.lang is not null then '{TranslationState.InTranslation}'
                    when t.state is not null then t.state
                    when page.langs && l.fallback then '{TranslationState.Fallback}'
                    else '{TranslationState.Missing}'
                end as state
            from page
            cross join {Schema}.language l
            left join {Schema}.translation t on t.page_id = page.page_id and t.lang = l.tag
            left join {Schema}.draft d on d.page_id = page.page_id and d.area = page.area and d.lang = l.tag
            where @langs::text[] is null or l.tag = any(@langs)
        )
        select area, tag, state, count(*)::int, sum(open_segments)::int from cell group by area, tag, sort_order, state order by area, sort_order, state
        """;

    public static async Task<Results<ReadResult<ListOf<CoverageRow>>, ProblemHttpResult>> Handle(
        HttpContext context, NpgsqlDataSource source, AreaRegister areas, TimeProvider time,
        [Description("Key of an area: its own pages and those of the areas below it")] string? area, [Description("Only this language")] string? lang, CancellationToken ct)
    {
        string[]? keys = null, tags = null;
        if (area is not null)
        {
            if (!areas.ParseAt(area, time.Today()).TryGet(out var within, out var problem)) return problem.ToResult();
            keys = [.. areas.DescendantsAndSelf(within.Key).Select(one => one.Key)];
        }

        if (lang is not null)
        {
            if (!Wir.ServiceDefaults.Texts.Languages.Parse(lang, "?lang").TryGet(out var language, out var problem)) return problem.ToResult();
            tags = [language.Tag];
        }

        await using var command = source.CreateCommand(Sql);
        command.Parameters.Add(new("areas", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = keys ?? (object)DBNull.Value });
        command.Parameters.Add(new("langs", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = tags ?? (object)DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var cells = new List<(string Area, string Lang, string State, int Pages, int Open)>();
        while (await reader.ReadAsync(ct)) cells.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetInt32(4)));
        CoverageRow[] rows = [.. cells.GroupBy(cell => (cell.Area, cell.Lang)).Select(group => new CoverageRow(
            group.Key.Area, group.Key.Lang, group.Sum(cell => cell.Pages), group.Sum(cell => cell.Open), group.ToDictionary(cell => cell.State, cell => cell.Pages)))];
        return Reads.Ok(new ListOf<CoverageRow>(rows, new ListLinks(context.Request.Path + context.Request.QueryString, null, null), new ListMeta { Count = rows.Length, CountKind = "exact" }));
    }
}
