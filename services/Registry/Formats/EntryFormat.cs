using Wir.Messaging;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Formats;

/// <summary>A form in which entries are given.</summary>
/// <param name="Name">Value of <c>format</c>.</param>
/// <param name="MediaType">Value of <c>Accept</c>.</param>
public sealed record EntryFormat(string Name, string MediaType)
{
    public static readonly EntryFormat Json = new("json", "application/json");
    public static readonly EntryFormat Ndjson = new("ndjson", NdjsonResult.ContentType);
    public static readonly EntryFormat Csv = new("csv", "text/csv");
    public static readonly EntryFormat GeoJson = new("geojson", "application/geo+json");
    public static readonly EntryFormat JsonLd = new("jsonld", "application/ld+json");

    private static readonly EntryFormat[] s_all = [Json, Ndjson, Csv, GeoJson, JsonLd];

    /// <summary>By <c>format</c>, else by <c>Accept</c>, else JSON. An unknown <c>format</c> is 400, a foreign <c>Accept</c> 406.</summary>
    public static Outcome<EntryFormat> Of(HttpContext http, string? format)
    {
        if (format is not null)
        {
            if (Array.Find(s_all, one => one.Name == format) is { } named) return named;
            var names = string.Join(", ", s_all.Select(one => one.Name));
            return Query.Invalid("format", new($"Erlaubt ist {names}.", $"Allowed is {names}."));
        }

        var accepted = http.Request.GetTypedHeaders().Accept.Where(type => type.Quality is not 0).OrderByDescending(type => type.Quality ?? 1).ToArray();
        if (accepted.Length == 0) return Json;
        foreach (var type in accepted)
        {
            if (Array.Find(s_all, one => new Microsoft.Net.Http.Headers.MediaTypeHeaderValue(one.MediaType).IsSubsetOf(type)) is { } found) return found;
        }

        var known = string.Join(", ", s_all.Select(one => one.MediaType));
        return CommonProblems.NotAcceptable.With(new($"Verfügbar sind {known}.", $"Available are {known}."));
    }
}
