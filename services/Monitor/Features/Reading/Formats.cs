using System.IO.Pipelines;

namespace Wir.Monitor.Features.Reading;

/// <summary>A way to write a table.</summary>
/// <param name="Name">Value of the parameter <c>format</c>.</param>
/// <param name="MediaType">Sent unless one of <paramref name="Aliases"/> was asked for.</param>
/// <param name="Aliases">Other media types that mean it.</param>
/// <param name="Extension">Of a file's name; null for what is no file.</param>
/// <param name="IsStreamed">True when it has no limit.</param>
/// <param name="WriteAsync">Writes it.</param>
internal sealed record Format(
    string Name, string MediaType, IReadOnlyList<string> Aliases, string? Extension, bool IsStreamed, Func<PipeWriter, Table, CancellationToken, ValueTask> WriteAsync)
{
    /// <summary>False for what is compressed already.</summary>
    public bool IsText => Extension != "xlsx";

    public string MediaTypeOf(HttpRequest request)
    {
        var named = request.GetTypedHeaders().Accept.Select(type => type.MediaType.Value?.ToLowerInvariant()).FirstOrDefault(type => type is not null && Aliases.Contains(type));
        return request.Query.ContainsKey("format") || named is null ? MediaType : named;
    }
}

internal static class Formats
{
    public static IReadOnlyList<Format> All { get; } =
    [
        new("json-stat2", "application/json", ["application/vnd.json-stat+json"], null, false, JsonStatWriter.WriteAsync),
        new("sdmx-csv", "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8", ["application/vnd.sdmx.data+csv"], "sdmx.csv", true, CsvWriter.WriteSdmxAsync),
        new("csv", "text/csv; charset=utf-8", ["text/csv"], "csv", true, CsvWriter.WriteAsync),
        new("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", [], "xlsx", false, XlsxWriter.WriteAsync),
    ];

    /// <summary>By the parameter, else by <c>Accept</c>; null when none is acceptable.</summary>
    public static Format? Choose(HttpRequest request)
    {
        if (request.Query.TryGetValue("format", out var named)) return All.FirstOrDefault(format => named.Count == 1 && format.Name == named[0]);
        var accepted = request.GetTypedHeaders().Accept;
        if (accepted.Count == 0) return All[0];
        foreach (var type in accepted.Where(type => type.Quality is not 0).OrderByDescending(type => type.Quality ?? 1))
        {
            if (type.MatchesAllTypes) return All[0];
            var found = All.FirstOrDefault(format => format.Aliases.Append(format.MediaType.Split(';')[0]).Any(known => type.MatchesMediaType(known)));
            if (found is not null) return found;
        }

        return null;
    }
}
