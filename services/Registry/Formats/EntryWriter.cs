using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Wir.Areas;
using Wir.Registry.Codes;
using Wir.Registry.Features.Associations;
using Wir.ServiceDefaults.Errors;
using Wir.ServiceDefaults.Http;

namespace Wir.Registry.Formats;

/// <summary>Entries in every form in which they are given, marked as demo where they are.</summary>
public sealed class EntryWriter(CodeLists codes, AreaRegister areas, IConfiguration configuration, IOptions<JsonOptions> json)
{
    private readonly EntryCsv _csv = new(codes);
    private readonly EntryLinkedData _linked = new(codes, areas);
    private readonly EntryShape _shape = new(codes, areas);

    private JsonSerializerOptions Options => json.Value.SerializerOptions;

    /// <summary>What does not go together, before anything is read.</summary>
    public static IReadOnlyList<Fault> Faults(EntryFormat format, EntryMembers members)
    {
        if (format == EntryFormat.Csv || format == EntryFormat.JsonLd)
        {
            var detail = new Text($"Das Format {format.Name} hat feste Spalten.", $"The format {format.Name} has fixed members.");
            return [.. new[] { ("fields", members.Fields), ("expand", members.Expand) }.Where(pair => pair.Item2 is not null).Select(pair => Query.Fault(pair.Item1, detail))];
        }

        return [.. EntryShape.Faults(members)];
    }

    public EntriesResult List(HttpContext http, EntryFormat format, ListOf<AssociationView> page, EntryMembers members, ListMeta meta)
    {
        byte[] content;
        if (format == EntryFormat.Csv) content = Encoding.UTF8.GetBytes(_csv.Write(page.Data));
        else if (format == EntryFormat.Ndjson) content = [.. page.Data.SelectMany(entry => (byte[])[.. Bytes(_shape.Of(entry, members, Options)), (byte)'\n'])];
        else if (format == EntryFormat.JsonLd) content = Bytes(_linked.Document(page.Data, BaseUrl(http)));
        else if (format == EntryFormat.GeoJson) content = Bytes(Features(page, members, meta));
        else content = Bytes(Members(page, members, meta));
        return new(content, format) { Next = page.Links.Next };
    }

    public EntriesResult One(HttpContext http, EntryFormat format, AssociationView entry, EntryMembers members, string? language)
    {
        byte[] content;
        if (format == EntryFormat.Csv) content = Encoding.UTF8.GetBytes(_csv.Write([entry]));
        else if (format == EntryFormat.JsonLd) content = Bytes(_linked.Document(entry, BaseUrl(http)));
        else if (format == EntryFormat.GeoJson) content = Bytes(Feature(entry, members));
        else content = [.. Bytes(_shape.Of(entry, members, Options)), .. format == EntryFormat.Ndjson ? "\n"u8 : []];
        return new(content, format) { Version = entry.Version, LastModified = entry.UpdatedAt, Language = language };
    }

    public JsonObject Shape(AssociationView entry, EntryMembers members) => _shape.Of(entry, members, Options);

    private JsonObject Members(ListOf<AssociationView> page, EntryMembers members, ListMeta meta) => new()
    {
        ["data"] = new JsonArray([.. page.Data.Select(entry => (JsonNode)_shape.Of(entry, members, Options))]),
        ["links"] = JsonSerializer.SerializeToNode(page.Links, Options),
        ["meta"] = JsonSerializer.SerializeToNode(meta, meta.GetType(), Options),
    };

    private JsonObject Features(ListOf<AssociationView> page, EntryMembers members, ListMeta meta) => new()
    {
        ["type"] = "FeatureCollection",
        ["features"] = new JsonArray([.. page.Data.Select(entry => (JsonNode)Feature(entry, members))]),
        ["links"] = JsonSerializer.SerializeToNode(page.Links, Options),
        ["meta"] = JsonSerializer.SerializeToNode(meta, meta.GetType(), Options),
    };

    /// <summary>RFC 7946: longitude first; an entry without a point is a feature without geometry.</summary>
    private JsonObject Feature(AssociationView entry, EntryMembers members)
    {
        var properties = _shape.Of(entry, members, Options);
        properties.Remove("location");
        return new JsonObject
        {
            ["type"] = "Feature",
            ["id"] = entry.Id.ToString(),
            ["geometry"] = entry.Location is { } point ? new JsonObject { ["type"] = "Point", ["coordinates"] = new JsonArray(point.Lon, point.Lat) } : null,
            ["properties"] = properties,
        };
    }

    private byte[] Bytes(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node, Options);

    private string BaseUrl(HttpContext http) => configuration["Wir:PublicUrl"]?.TrimEnd('/') is { Length: > 0 } configured ? configured : $"{http.Request.Scheme}://{http.Request.Host}";
}

/// <summary>Entries in some form, to be answered conditionally.</summary>
public sealed class EntriesResult : IResult, IEndpointMetadataProvider
{
    private readonly byte[] _content;
    private readonly EntryFormat _format;

    internal EntriesResult(byte[] content, EntryFormat format) => (_content, _format) = (content, format);

    internal string? Next { get; init; }

    internal long Version { get; init; }

    internal DateTimeOffset? LastModified { get; init; }

    internal string? Language { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        // Forms without an envelope have no other place for the next page.
        if (Next is not null) response.Headers.Link = $"<{Next}>; rel=\"next\"";
        var tag = EntityTag.Of(httpContext, Version, _content, $"{Language} {_format.Name}");
        if (!new ReadHeaders(tag, LastModified, Language).Apply(httpContext)) return Task.CompletedTask;
        response.ContentType = _format == EntryFormat.Csv ? "text/csv; charset=utf-8; header=present" : _format.MediaType;
        return response.BodyWriter.WriteAsync(_content, httpContext.RequestAborted).AsTask();
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(ListOf<AssociationView>),
            [EntryFormat.Json.MediaType, EntryFormat.Ndjson.MediaType, EntryFormat.Csv.MediaType, EntryFormat.GeoJson.MediaType, EntryFormat.JsonLd.MediaType]));
}
