using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Wir.WelcomePackage.Data;
using Wir.WelcomePackage.Data.Configurations;
using Wir.WelcomePackage.Domain;

namespace Wir.WelcomePackage.Live;

/// <summary>A page as readers see it, in the languages and layers that were asked for.</summary>
public sealed record LiveContent(LivePage Page, IReadOnlyList<LiveText> Texts, IReadOnlyList<TranslationView> Translations);

/// <param name="Lang">BCP 47 tag.</param>
/// <param name="State">up-to-date, outdated, in-translation, machine-translated or needs-review.</param>
public sealed record TranslationView(string Lang, string State);

/// <summary>Which part of the live content.</summary>
/// <param name="Langs">Languages, the one asked for first.</param>
/// <param name="Layers">Areas whose overlays count.</param>
public sealed record LiveScope(IReadOnlyList<string> Langs, IReadOnlyList<string> Layers)
{
    /// <summary>True to read the text in a page's source language, too.</summary>
    public bool OrSource { get; init; }

    /// <summary>Areas whose pages count; null = all.</summary>
    public IReadOnlyList<string>? Areas { get; init; }

    /// <summary>Content revision to look at; null = the present.</summary>
    public long? Revision { get; init; }

    /// <summary>True to leave the bodies out.</summary>
    public bool WithoutBodies { get; init; }
}

/// <summary>Reads what is live: a fixed number of statements in one round trip, however much there is.</summary>
public sealed class LiveReader(NpgsqlDataSource source)
{
    private const string Schema = WelcomeDb.SchemaName;

    private const string PageColumns =
        "p.page_id, p.since, p.version, p.parent_id, p.sort_order, p.area, p.status, p.source_language, p.field_of_action, p.source, p.checked_at, p.review_by, p.reason, p.successor_id, p.updated_at";

    public async Task<LiveContent?> PageAsync(Guid id, LiveScope scope, CancellationToken ct)
    {
        var content = await ReadAsync("p.page_id = @id", scope, command => command.Parameters.AddWithValue("id", id), ct);
        return content.Count == 0 ? null : content[0];
    }

    /// <summary>The published pages of the scope, in the order of their ids.</summary>
    public Task<IReadOnlyList<LiveContent>> PagesAsync(LiveScope scope, Guid? after, int? limit, CancellationToken ct) =>
        ReadAsync(
            $"p.status = 'Published' and (@areas::text[] is null or p.area = any(@areas)) and (@after::uuid is null or p.page_id > @after) order by p.page_id limit {(limit is null ? "all" : "@limit")}",
            scope,
            command =>
            {
                command.Parameters.Add(new("areas", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = scope.Areas?.ToArray() ?? (object)DBNull.Value });
                command.Parameters.Add(new("after", NpgsqlDbType.Uuid) { Value = after ?? (object)DBNull.Value });
                if (limit is { } most) command.Parameters.AddWithValue("limit", most);
            },
            ct);

    /// <summary>Whether readers can see a page.</summary>
    public async Task<bool> IsLiveAsync(Guid id, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"select exists (select 1 from {Schema}.live_page where page_id = @id and until is null)");
        command.Parameters.AddWithValue("id", id);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Number of the last change that readers could see.</summary>
    public async Task<long> RevisionAsync(CancellationToken ct)
    {
        await using var command = source.CreateCommand($"select revision from {Schema}.content");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task<IReadOnlyList<LiveContent>> ReadAsync(string condition, LiveScope scope, Action<NpgsqlBatchCommand> bind, CancellationToken ct)
    {
        var chosen = $"select p.page_id from {Schema}.live_page p where {When("p", scope)} and {condition}";
        var bodies = scope.WithoutBodies ? "null, null, null" : "t.blocks, t.parts, t.facts";
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch(connection);
        Add($"select {PageColumns} from {Schema}.live_page p where {When("p", scope)} and {condition}");
        Add($"""
            select t.page_id, t.area, t.lang, t.since, t.number, t.is_overlay, t.title, t.slug, t.summary, {bodies}, t.updated_at
            from {Schema}.live_text t
            where {When("t", scope)} and (t.lang = any(@langs) or (@or_source and t.is_source)) and (not t.is_overlay or t.area = any(@layers)) and t.page_id in ({chosen})
            """);
        if (!scope.WithoutBodies) Add($"select s.page_id, s.lang, s.state from {Schema}.translation s where s.page_id in ({chosen}) order by s.page_id, s.lang");
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var pages = await PagesAsync(reader, ct);
        await reader.NextResultAsync(ct);
        var texts = await TextsAsync(reader, ct);
        var states = Array.Empty<(Guid PageId, TranslationView State)>().ToLookup(pair => pair.PageId, pair => pair.State);
        if (await reader.NextResultAsync(ct)) states = await StatesAsync(reader, ct);
        return [.. pages.Select(page => new LiveContent(page, [.. texts[page.PageId]], [.. states[page.PageId]]))];

        void Add(string sql)
        {
            var command = new NpgsqlBatchCommand(sql);
            bind(command);
            command.Parameters.Add(new("langs", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = scope.Langs.ToArray() });
            command.Parameters.Add(new("layers", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = scope.Layers.ToArray() });
            command.Parameters.AddWithValue("or_source", scope.OrSource);
            if (scope.Revision is { } revision) command.Parameters.AddWithValue("revision", revision);
            batch.BatchCommands.Add(command);
        }
    }

    private static string When(string alias, LiveScope scope) => scope.Revision is null
        ? $"{alias}.until is null"
        : $"{alias}.since <= @revision and ({alias}.until is null or {alias}.until > @revision)";

    private static async Task<List<LivePage>> PagesAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var pages = new List<LivePage>();
        while (await reader.ReadAsync(ct))
        {
            pages.Add(new LivePage
            {
                PageId = reader.GetGuid(0),
                Since = reader.GetInt64(1),
                Version = reader.GetInt64(2),
                ParentId = Value<Guid>(reader, 3),
                SortOrder = reader.GetInt32(4),
                Area = reader.GetString(5),
                Status = Enum.Parse<PageStatus>(reader.GetString(6)),
                SourceLanguage = reader.GetString(7),
                FieldOfAction = Text(reader, 8),
                Source = Text(reader, 9),
                CheckedAt = Value<DateOnly>(reader, 10),
                ReviewBy = Value<DateOnly>(reader, 11),
                Reason = Text(reader, 12),
                SuccessorId = Value<Guid>(reader, 13),
                UpdatedAt = reader.GetFieldValue<DateTimeOffset>(14),
            });
        }

        return pages;
    }

    private static async Task<ILookup<Guid, LiveText>> TextsAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var texts = new List<LiveText>();
        while (await reader.ReadAsync(ct))
        {
            texts.Add(new LiveText
            {
                PageId = reader.GetGuid(0),
                Area = reader.GetString(1),
                Lang = reader.GetString(2),
                Since = reader.GetInt64(3),
                Number = reader.GetInt32(4),
                IsOverlay = reader.GetBoolean(5),
                Title = reader.GetString(6),
                Slug = reader.GetString(7),
                Summary = Text(reader, 8),
                Blocks = Json<TextBlock>(reader, 9),
                Parts = Json<OverlayPart>(reader, 10),
                Facts = Json<FactView>(reader, 11),
                UpdatedAt = reader.GetFieldValue<DateTimeOffset>(12),
            });
        }

        return texts.ToLookup(text => text.PageId);
    }

    private static async Task<ILookup<Guid, TranslationView>> StatesAsync(NpgsqlDataReader reader, CancellationToken ct)
    {
        var states = new List<(Guid PageId, TranslationView State)>();
        while (await reader.ReadAsync(ct)) states.Add((reader.GetGuid(0), new(reader.GetString(1), reader.GetString(2))));
        return states.ToLookup(pair => pair.PageId, pair => pair.State);
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static T? Value<T>(NpgsqlDataReader reader, int column) where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    private static List<T> Json<T>(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? [] : JsonSerializer.Deserialize<List<T>>(reader.GetString(column), JsonColumn.Options)!;
}
