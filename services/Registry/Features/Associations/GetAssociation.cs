using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Wir.Areas;
using Wir.Registry.Data;
using Wir.Registry.Domain;
using Wir.Registry.Features.History;
using Wir.Registry.Formats;
using Wir.ServiceDefaults.Access;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;
using Wir.ServiceDefaults.Texts;

namespace Wir.Registry.Features.Associations;

public static class GetAssociation
{
    public static async Task<Results<ReadResult<AssociationView>, EntriesResult, RedirectHttpResult, ProblemHttpResult>> Handle(
        [Description("Id, or the number as people say it")] string id,
        [Description("A day or an instant: the entry as it stood then")] string? asOf,
        [AsParameters] EntryMembers members, HttpContext http, Caller caller, RegistryDb db, EntryWriter writer, IOptions<RegistryOptions> options, TimeProvider time,
        [Description("json, ndjson, csv, geojson or jsonld; otherwise by Accept")] string? format = null, CancellationToken ct = default)
    {
        if (!EntryFormat.Of(http, format).TryGet(out var form, out var unknown)) return unknown.ToResult();
        if (EntryWriter.Faults(form, members) is { Count: > 0 } faults) return Query.Invalid(faults).ToResult();
        var entry = await db.Associations.AsNoTracking().Include(association => association.Persons).Matching(id, options.Value).SingleOrDefaultAsync(ct);
        if (entry is null) return NotFound(id).ToResult();
        var audience = caller.AudienceFor(entry.Area);
        if (entry.Status == AssociationStatus.Withdrawn && audience == Audience.Public)
        {
            if (entry.Successor is { } successor) return TypedResults.Redirect($"{RegistryApi.Prefix}/associations/{successor}", permanent: true, preserveMethod: true);
            return Gone(entry).ToResult();
        }

        if (asOf is not null)
        {
            if (!(await ReadHistory.AsOfAsync(db, entry, asOf, audience, ct)).TryGet(out var then, out var problem)) return problem.ToResult();
            return Answer(http, then, form, members, writer);
        }

        return Answer(http, AssociationView.Of(entry, audience, time.Today().ToDateOnly()), form, members, writer);
    }

    private static Results<ReadResult<AssociationView>, EntriesResult, RedirectHttpResult, ProblemHttpResult> Answer(
        HttpContext http, AssociationView view, EntryFormat format, EntryMembers members, EntryWriter writer)
    {
        var language = LanguageOf(http, view.Texts.Keys);
        if (format != EntryFormat.Json || members != new EntryMembers(null, null)) return writer.One(http, format, view, members, language);
        http.Response.Headers.Append("Vary", "Accept");
        return Reads.Ok(view, view.Version, view.UpdatedAt, language);
    }

    public static ProblemCase NotFound(string id)
    {
        var shown = id.Length > 40 ? id[..40] + "…" : id;
        return CommonProblems.NotFound.With(new($"Es gibt keinen Eintrag „{shown}“.", $"There is no entry “{shown}”."));
    }

    public static ProblemCase Gone(Association entry) => Problems.Withdrawn
        .With(new("Dieser Eintrag wurde zurückgezogen.", "This entry was withdrawn."))
        .Add("reason", entry.WithdrawnReason);

    public static IQueryable<Association> Matching(this IQueryable<Association> entries, string id, RegistryOptions options)
    {
        if (Guid.TryParse(id, out var guid)) return entries.Where(association => association.Id == guid);
        return AssociationNumber.TryParse(id, options.NumberPrefix, out var number)
            ? entries.Where(association => association.Number == number)
            : entries.Where(association => false);
    }

    /// <summary>The language in which a reader of these texts is served: the best of what they want, else German, else any.</summary>
    public static string? LanguageOf(HttpContext http, IEnumerable<string> available)
    {
        var tags = available.ToArray();
        if (tags.Length == 0) return null;
        foreach (var wanted in http.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(value => value.Quality ?? 1))
        {
            if (Languages.TryParse(wanted.Value.Value, out var language) && tags.Contains(language.Tag)) return language.Tag;
        }

        return tags.Contains(Languages.Default) ? Languages.Default : tags.Order(StringComparer.Ordinal).First();
    }
}
