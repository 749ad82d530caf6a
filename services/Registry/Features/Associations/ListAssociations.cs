using System.ComponentModel;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Registry.Codes;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Formats;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.ServiceDefaults.Texts;

namespace Wir.Registry.Features.Associations;

/// <summary>Filters of the list, each optional; all have to hold.</summary>
public sealed record AssociationFilter(
    [property: Description("Words of the name")] string? Q,
    [property: Description("Area key; everything below it counts, too")] string? Area,
    [property: Description("Codes of categories, everything below them counts, too; with a comma: any of them, given several times: all of them, after a minus: not; also icnpo:1200, ao52:21")] string[]? Category,
    [property: Description("Code of the kind")] string? Kind,
    [property: Description("BCP 47 tag of a language spoken")] string? Language,
    [property: Description("Code of a target group")] string? TargetGroup,
    [property: Description("none, estimate or exact")] string? Count,
    [property: Description("name, kind, area, postalCode, place, createdAt, updatedAt or confirmedAt, with - before it for descending; the order of entry when absent")] string? Sort,
    [property: Description("json, ndjson, csv, geojson or jsonld; otherwise by Accept")] string? Format);

public static class ListAssociations
{
    private const int MaxQuery = 200;

    public static async Task<Results<EntriesResult, ProblemHttpResult>> Handle(
        HttpContext http, [AsParameters] AssociationFilter filter, [AsParameters] EntryMembers members, [AsParameters] Paging paging,
        Caller caller, RegistryDb db, EntryWriter writer, AreaRegister areas, CodeLists codes, TimeProvider time, CancellationToken ct)
    {
        var take = paging.Take();
        if (!EntryFormat.Of(http, filter.Format).TryGet(out var format, out var unknown)) return unknown.ToResult();
        if (EntryWriter.Faults(format, members) is { Count: > 0 } faults) return Query.Invalid(faults).ToResult();
        if (!AssociationOrder.Of(filter.Sort).TryGet(out var order, out var unsorted)) return unsorted.ToResult();
        var entries = db.Associations.AsNoTracking().Where(association => association.Status == AssociationStatus.Published);
        if (!Apply(entries, filter, areas, codes).TryGet(out var filtered, out var problem)) return problem.ToResult();

        var rows = await order.Apply(filtered.Entries, paging.After<Position>(http)).Include(association => association.Persons).AsSplitQuery().Take(take + 1).ToListAsync(ct);
        var (data, links) = Paging.Cut(http, rows, take, order.PositionOf);
        var meta = await MetaAsync(filtered.Entries, filter.Count, db, ct);
        var today = time.Today().ToDateOnly();
        var page = new ListOf<AssociationView>([.. data.Select(entry => AssociationView.Of(entry, caller.AudienceFor(entry.Area), today))], links, meta);
        return writer.List(http, format, page, members, meta);
    }

    private static async Task<ListMeta> MetaAsync(IQueryable<Association> entries, string? kind, RegistryDb db, CancellationToken ct) => kind switch
    {
        "exact" => new ListMeta { Count = await entries.LongCountAsync(ct), CountKind = kind },
        "estimate" => new ListMeta { Count = await EstimateAsync(entries, db, ct), CountKind = kind },
        _ => new ListMeta(),
    };

    /// <summary>What the database's planner expects, which costs no look at the entries.</summary>
    private static async Task<long> EstimateAsync(IQueryable<Association> entries, RegistryDb db, CancellationToken ct)
    {
        await using var command = entries.Select(association => association.Id).CreateDbCommand();
#pragma warning disable CA2100 // The statement is the one that EF made; its values are parameters.
        command.CommandText = $"explain (format json) {command.CommandText}";
#pragma warning restore CA2100
        await db.Database.OpenConnectionAsync(ct);
        try
        {
            var plan = (string)(await command.ExecuteScalarAsync(ct))!;
            return JsonElement.Parse(plan)[0].GetProperty("Plan").GetProperty("Plan Rows").GetInt64();
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static Outcome<Filtered> Apply(IQueryable<Association> entries, AssociationFilter filter, AreaRegister areas, CodeLists codes)
    {
        if (Check(filter, codes) is { Count: > 0 } faults) return Query.Invalid(faults);
        if (filter.Area is { } key)
        {
            if (!areas.Parse(key).TryGet(out var area, out var problem)) return problem;
            var keys = areas.DescendantsAndSelf(area.Key).Select(below => below.Key).ToArray();
            entries = entries.Where(association => keys.Contains(association.Area));
        }

        if (!CategoryFilter.Of(filter.Category, codes.Schemes).TryGet(out var categories, out var unknown)) return unknown;
        entries = categories.Apply(entries);
        if (filter.Kind is { } kind) entries = entries.Where(association => association.Kind == kind);
        if (filter.TargetGroup is { } group) entries = entries.Where(association => association.TargetGroups.Contains(group));
        if (filter.Language is { } tag)
        {
            if (!Languages.Parse(tag, "?language").TryGet(out var language, out var problem)) return problem;
            entries = entries.Where(association => association.Languages.Contains(language.Tag));
        }

        foreach (var word in (filter.Q ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var pattern = $"%{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
            entries = entries.Where(association => EF.Functions.ILike(association.Name, pattern, "\\"));
        }

        return new Filtered(entries);
    }

    private static List<Fault> Check(AssociationFilter filter, CodeLists codes)
    {
        var faults = new List<Fault>();
        if (filter.Q?.Length > MaxQuery) faults.Add(Query.Fault("q", new($"Höchstens {MaxQuery} Zeichen.", $"At most {MaxQuery} characters.")));
        if (filter.Count is not (null or "none" or "estimate" or "exact")) faults.Add(Query.Fault("count", new("Erlaubt ist none, estimate oder exact.", "Allowed is none, estimate or exact.")));
        CheckCode("kind", filter.Kind, codes.Kinds);
        CheckCode("targetGroup", filter.TargetGroup, codes.TargetGroups);
        return faults;

        void CheckCode(string name, string? code, CodeList list)
        {
            if (code is null || list.Find(code) is not null) return;
            var hint = Nearest.Of(code, list.Entries.Select(entry => entry.Code));
            faults.Add(Query.Fault(name, new(
                $"Dieser Code ist unbekannt.{(hint is null ? "" : $" Gemeint war vielleicht „{hint}“.")}",
                $"This code is not known.{(hint is null ? "" : $" Perhaps “{hint}” was meant.")}")));
        }
    }

    private sealed record Filtered(IQueryable<Association> Entries);
}
