using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using Wir.Areas;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Http;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Features.Pages;

namespace Wir.WelcomePackage.Features.Counters;

/// <param name="Day">Set when counted by day.</param>
/// <param name="PageId">Set when counted by page.</param>
/// <param name="Lang">Set when counted by language.</param>
/// <param name="Area">Set when counted by area.</param>
/// <param name="Channel">Set when counted by channel.</param>
/// <param name="Count">Reads; null when there were fewer than five in every cell.</param>
public sealed record CountRow(DateOnly? Day, Guid? PageId, string? Lang, string? Area, string? Channel, long? Count);

public sealed record CountMeta : ListMeta
{
    /// <summary>Smallest number that is shown.</summary>
    public required int Threshold { get; init; }
}

/// <summary>
/// Sums are made of shown cells only: a cell that is hidden is in no sum either, so it cannot be found out by taking one from another.
/// </summary>
internal static class ListCounts
{
    private const int Threshold = 5;
    private const int MaxDays = 400;
    private static readonly Dictionary<string, string> s_columns = new() { ["day"] = "day", ["page"] = "page_id", ["lang"] = "lang", ["area"] = "area", ["channel"] = "channel" };

    public static async Task<Results<ReadResult<ListOf<CountRow, CountMeta>>, ProblemHttpResult>> Handle(
        HttpContext context, Caller caller, NpgsqlDataSource source, AreaRegister areas, TimeProvider time, [AsParameters] Paging paging,
        [Description("First day; 30 days ago when not given")] DateOnly? from, [Description("Last day; today when not given")] DateOnly? to,
        [Description("Of day, page, lang, area, channel, separated by commas; page when not given")] string? by,
        [Description("Only this area and what lies below it")] string? area, [Description("Only this language")] string? lang, [Description("Only this page")] Guid? page, CancellationToken ct)
    {
        var last = to ?? time.Today().ToDateOnly();
        var first = from ?? last.AddDays(-30);
        if (first > last || last.DayNumber - first.DayNumber > MaxDays) return Query.Invalid("from", new($"Höchstens {MaxDays} Tage.", $"At most {MaxDays} days.")).ToResult();
        var names = (by ?? "page").Split(',').Distinct().ToArray();
        if (names.Any(name => !s_columns.ContainsKey(name))) return Query.Invalid("by", new($"Erlaubt sind {string.Join(", ", s_columns.Keys)}.", $"Allowed are {string.Join(", ", s_columns.Keys)}.")).ToResult();
        if (!caller.OwnAreas(areas, area).TryGet(out var keys, out var problem)) return problem.ToResult();
        var take = paging.Take();
        var start = paging.After<Place>(context)?.Row ?? 0;
        await using var command = source.CreateCommand(Sql(names));
        command.Parameters.AddWithValue("from", first);
        command.Parameters.AddWithValue("to", last);
        command.Parameters.Add(new("areas", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = keys });
        command.Parameters.Add(new("lang", NpgsqlDbType.Text) { Value = lang ?? (object)DBNull.Value });
        command.Parameters.Add(new("page", NpgsqlDbType.Uuid) { Value = page ?? (object)DBNull.Value });
        command.Parameters.AddWithValue("threshold", Threshold);
        command.Parameters.AddWithValue("start", start);
        command.Parameters.AddWithValue("limit", take + 1);
        var rows = new List<CountRow>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new(
                Value<DateOnly>(reader, 0), Value<Guid>(reader, 1), Text(reader, 2), Text(reader, 3), Text(reader, 4), Value<long>(reader, 5)));
        }

        var (data, links) = Paging.Cut(context, rows, take, _ => new Place(start + take));
        return Reads.Ok(new ListOf<CountRow, CountMeta>(data, links, new CountMeta { Threshold = Threshold }));
    }

    /// <summary>Names come from the table above only.</summary>
    private static string Sql(string[] by)
    {
        var shown = s_columns.Select(column => by.Contains(column.Key) ? column.Value : column.Key switch { "day" => "null::date", "page" => "null::uuid", _ => "null::text" });
        var groups = string.Join(", ", by.Select(name => s_columns[name]));
        return $"""
            select {string.Join(", ", shown)}, sum(count) filter (where count >= @threshold)::bigint as shown
            from {WelcomeDb.SchemaName}.page_count
            where day between @from and @to and area = any(@areas) and (@lang is null or lang = @lang) and (@page is null or page_id = @page)
            group by {groups} order by shown desc nulls last, {groups} offset @start limit @limit
            """;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static T? Value<T>(NpgsqlDataReader reader, int column) where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    private sealed record Place(int Row);
}
