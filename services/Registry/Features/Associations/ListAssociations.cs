using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Wir.Areas;
using Wir.Registry.Codes;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.ServiceDefaults.Texts;

namespace Wir.Registry.Features.Associations;

/// <summary>Filters of the list, each optional; all have to hold.</summary>
public sealed record AssociationFilter(
    [property: Description("Words of the name")] string? Q,
    [property: Description("Area key; everything below it counts, too")] string? Area,
    [property: Description("Category code of the register's own tree; everything below it counts, too")] string? Category,
    [property: Description("Code of the kind")] string? Kind,
    [property: Description("BCP 47 tag of a language spoken")] string? Language,
    [property: Description("Code of a target group")] string? TargetGroup,
    [property: Description("none or exact")] string? Count);

public static class ListAssociations
{
    private const int MaxQuery = 200;

    public static async Task<Results<ReadResult<ListOf<AssociationView>>, ProblemHttpResult>> Handle(
        HttpContext http, [AsParameters] AssociationFilter filter, [AsParameters] Paging paging,
        Caller caller, RegistryDb db, AreaRegister areas, CodeLists codes, TimeProvider time, CancellationToken ct)
    {
        var take = paging.Take();
        var entries = db.Associations.AsNoTracking().Where(association => association.Status == AssociationStatus.Published);
        if (!Apply(entries, filter, areas, codes).TryGet(out var filtered, out var problem)) return problem.ToResult();

        var page = filtered.Entries;
        if (paging.After<Position>(http) is { } after) page = page.Where(association => association.Id > after.Id);
        var rows = await page.Include(association => association.Persons).AsSplitQuery().OrderBy(association => association.Id).Take(take + 1).ToListAsync(ct);
        var (data, links) = Paging.Cut(http, rows, take, last => new Position(last.Id));
        var meta = filter.Count == "exact" ? new ListMeta { Count = await filtered.Entries.LongCountAsync(ct), CountKind = "exact" } : new ListMeta();
        var today = time.Today().ToDateOnly();
        return Reads.Ok(new ListOf<AssociationView>([.. data.Select(entry => AssociationView.Of(entry, caller.AudienceFor(entry.Area), today))], links, meta));
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

        if (filter.Category is { } category)
        {
            var wanted = codes.Categories.DescendantsAndSelf(category).Select(code => $"wir:{code}").ToArray();
            entries = entries.Where(association => association.Categories.Any(code => wanted.Contains(code)));
        }

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
        if (filter.Count is not (null or "none" or "exact")) faults.Add(Query.Fault("count", new("Erlaubt ist none oder exact.", "Allowed is none or exact.")));
        CheckCode("category", filter.Category, codes.Categories);
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

    private sealed record Position(Guid Id);

    private sealed record Filtered(IQueryable<Association> Entries);
}
