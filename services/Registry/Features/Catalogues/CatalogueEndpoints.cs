using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using NodaTime;
using Wir.Areas;
using Wir.Registry.Codes;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Catalogues;

/// <summary>An area as the API shows it.</summary>
public sealed record AreaView
{
    /// <summary>Official key (AGS).</summary>
    public required string Key { get; init; }
    public string? Ars { get; init; }
    public required string Name { get; init; }
    public required string OfficialName { get; init; }
    public required string Level { get; init; }
    public string? ParentKey { get; init; }
    public required DateOnly ValidFrom { get; init; }
    public DateOnly? ValidTo { get; init; }
    public required IReadOnlyList<string> SuccessorKeys { get; init; }
    public required IReadOnlyList<string> PostalCodes { get; init; }
    public double? Lat { get; init; }
    public double? Lon { get; init; }

    /// <summary>Made up for demonstration.</summary>
    public required bool Demo { get; init; }

    public static AreaView Of(Area area) => new()
    {
        Key = area.Key,
        Ars = area.Ars,
        Name = area.Name,
        OfficialName = area.OfficialName,
        Level = Data.EnumCodes.Of(area.Level),
        ParentKey = area.ParentKey,
        ValidFrom = area.ValidFrom.ToDateOnly(),
        ValidTo = area.ValidTo?.ToDateOnly(),
        SuccessorKeys = area.SuccessorKeys,
        PostalCodes = area.PostalCodes,
        Lat = area.Latitude,
        Lon = area.Longitude,
        Demo = area.IsDemo,
    };
}

/// <summary>A code with its labels.</summary>
/// <param name="Scheme">Name of the code list.</param>
/// <param name="Code">The code.</param>
/// <param name="Parent">The code above, in trees.</param>
/// <param name="Label">By BCP 47 tag.</param>
/// <param name="Mappings">Codes of the same thing in other schemes.</param>
/// <param name="IsCurrent">False when it may no longer be newly given.</param>
public sealed record CodeView(
    string Scheme, string Code, string? Parent, IReadOnlyDictionary<string, string> Label, IReadOnlyDictionary<string, string> Mappings, bool IsCurrent);

/// <summary>About a list of areas.</summary>
public sealed record AreaMeta : ListMeta
{
    /// <summary>Places outside the register to which the postal code (also) leads.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Outside { get; init; }
}

/// <param name="Version">Of the code list; raised with every change of it.</param>
public sealed record CodeMeta(string Version) : ListMeta;

public static class CatalogueEndpoints
{
    public static RouteGroupBuilder MapCatalogues(this RouteGroupBuilder api)
    {
        api.MapGet("/areas", ListAreas).WithName("ListAreas").WithTags("Catalogues").WithSummary("Areas with validity, successors and postal codes");
        api.MapGet("/categories", ListCategories).WithName("ListCategories").WithTags("Catalogues").WithSummary("A scheme of categories: the register's own tree, ICNPO, or the purposes of § 52 AO");
        api.MapGet("/codes/{list}", ListCodes).WithName("ListCodes").WithTags("Catalogues").WithSummary("A code list: kinds, target-groups, accessibility");
        return api;
    }

    private static Results<ReadResult<ListOf<AreaView, AreaMeta>>, ProblemHttpResult> ListAreas(
        HttpContext http, [AsParameters] Paging paging, AreaRegister areas, TimeProvider time,
        [Description("Civil day for which the areas are asked; today when absent")] DateOnly? asOf,
        [Description("Only the municipalities to which this postal code led on that day")] string? postalCode)
    {
        var (take, after) = (paging.Take(), paging.After<Position>(http)?.Key);
        var day = asOf is { } date ? LocalDate.FromDateOnly(date) : time.Today();
        if (postalCode is not null && (postalCode.Length != 5 || !postalCode.All(char.IsAsciiDigit)))
        {
            return Query.Invalid("postalCode", new("Erwartet werden fünf Ziffern.", "Five digits are expected.")).ToResult();
        }

        var found = postalCode is null ? null : areas.ByPostalCode(postalCode, day);
        var rows = (found?.Areas ?? areas.All).Where(area => area.IsValidOn(day) && (after is null || string.CompareOrdinal(area.Key, after) > 0)).Take(take + 1).Select(AreaView.Of).ToArray();
        var (data, links) = Paging.Cut(http, rows, take, last => new Position(last.Key));
        return Reads.Ok(new ListOf<AreaView, AreaMeta>(data, links, new AreaMeta { Outside = found is { OutsideNames.Count: > 0 } ? found.OutsideNames : null }));
    }

    private static Results<ReadResult<ListOf<CodeView, CodeMeta>>, ProblemHttpResult> ListCategories(
        HttpContext http, [AsParameters] Paging paging, CodeLists codes,
        [Description("wir (the register's own tree, also when absent), icnpo or ao52 (purposes of § 52 AO)")] string scheme = CategorySchemes.Own)
    {
        if (codes.Schemes.Find(scheme) is { } list) return Page(http, paging, list, scheme, 200);
        var names = string.Join(", ", codes.Schemes.Names);
        return Query.Invalid("scheme", new($"Erlaubt ist {names}.", $"Allowed is {names}.")).ToResult();
    }

    private static Results<ReadResult<ListOf<CodeView, CodeMeta>>, ProblemHttpResult> ListCodes(
        [Description("kinds, target-groups or accessibility")] string list, HttpContext http, [AsParameters] Paging paging, CodeLists codes)
    {
        var found = list switch { "kinds" => codes.Kinds, "target-groups" => codes.TargetGroups, "accessibility" => codes.Accessibility, _ => null };
        if (found is not null) return Page(http, paging, found, list, 200);
        return ServiceDefaults.Errors.CommonProblems.NotFound.With(new("Diese Liste gibt es nicht.", "There is no such list.")).ToResult();
    }

    private static ReadResult<ListOf<CodeView, CodeMeta>> Page(HttpContext http, Paging paging, CodeList list, string scheme, int usual)
    {
        var take = paging.Take(usual: usual);
        var start = paging.After<Position>(http) is { } after ? list.Entries.TakeWhile(entry => entry.Code != after.Key).Count() + 1 : 0;
        var rows = list.Entries.Skip(start).Take(take + 1).Select(entry => new CodeView(
            scheme, entry.Code, entry.Parent, new Dictionary<string, string> { ["de"] = entry.De, ["en"] = entry.En }, entry.Mappings, entry.IsCurrent)).ToArray();
        var (data, links) = Paging.Cut(http, rows, take, last => new Position(last.Code));
        return Reads.Ok(new ListOf<CodeView, CodeMeta>(data, links, new CodeMeta(list.Version)));
    }

    private sealed record Position(string Key);
}
