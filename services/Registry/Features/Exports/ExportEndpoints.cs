using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Features.Exports;

/// <summary>An export as the list of exports shows it.</summary>
/// <param name="Name">What is in it.</param>
/// <param name="Href">Where it is.</param>
/// <param name="MediaType">Media type of the file.</param>
/// <param name="Position">Go on with <c>/changes?after=</c> this position.</param>
/// <param name="Sha256">Of the file's bytes, in hexadecimal digits.</param>
/// <param name="Bytes">The file's size.</param>
/// <param name="Entries">Entries in it.</param>
/// <param name="Changes">The feed from there on.</param>
public sealed record ExportView(string Name, string Href, string MediaType, long Position, string Sha256, long Bytes, long Entries, string Changes);

public static class ExportEndpoints
{
    public const string MediaType = "application/gzip";
    private const string FileName = "associations.ndjson.gz";

    public static RouteGroupBuilder MapExports(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/exports").WithTags("Exports");
        group.MapGet("", ListExports).WithName("ListExports").WithSummary("Bulk exports with feed position, size and SHA-256");
        group.MapMethods($"/{FileName}", [HttpMethods.Get, HttpMethods.Head], GetAssociations).WithName("ExportAssociations")
            .WithSummary("Everything public as NDJSON, gzip; with Range, SHA-256 (Repr-Digest) and feed position (X-Feed-Position)");
        return api;
    }

    private static async Task<ReadResult<ListOf<ExportView>>> ListExports(HttpContext http, ExportFiles exports, CancellationToken ct)
    {
        var file = await exports.CurrentAsync(ct);
        var view = new ExportView("associations", $"{RegistryApi.Prefix}/exports/{FileName}", MediaType, file.Position, Convert.ToHexStringLower(file.Sha256),
            file.Bytes, file.Entries, $"{RegistryApi.Prefix}/changes?after={file.Position.ToString(CultureInfo.InvariantCulture)}");
        return Reads.Ok(new ListOf<ExportView>([view], Paging.Links<object>(http, null), new ListMeta()));
    }

    private static async Task<PhysicalFileHttpResult> GetAssociations(HttpContext http, ExportFiles exports, CancellationToken ct)
    {
        // Whoever goes on with a download wants the rest of the same file, although the feed may have moved on.
        var begun = http.Request.GetTypedHeaders().IfRange?.EntityTag?.Tag.Value;
        var file = (begun is null ? null : await exports.FindAsync(begun, ct)) ?? await exports.CurrentAsync(ct);
        var digest = Convert.ToBase64String(file.Sha256);
        http.Response.Headers["Repr-Digest"] = $"sha-256=:{digest}:";
        http.Response.Headers["Digest"] = $"sha-256={digest}";
        http.Response.Headers["X-Feed-Position"] = file.Position.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[HeaderNames.CacheControl] = "public, no-cache";
        return TypedResults.PhysicalFile(file.Path, MediaType, FileName, file.MadeAt, new EntityTagHeaderValue(file.Tag), enableRangeProcessing: true);
    }
}
