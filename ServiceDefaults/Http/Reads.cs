using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace Wir.ServiceDefaults.Http;

/// <summary>Answers to reads, with everything a cache needs.</summary>
public static class Reads
{
    /// <summary>
    /// 200 with the value, or 304 when the client's <c>If-None-Match</c> (or <c>If-Modified-Since</c>) says that it has it already.
    /// Sets ETag, Last-Modified, Cache-Control, Vary and Content-Language.
    /// </summary>
    /// <param name="value">The answer; it may depend on the caller.</param>
    /// <param name="version">First part of the ETag, the part that <c>If-Match</c> compares.</param>
    /// <param name="lastModified">When the thing changed last; null leaves the header out.</param>
    /// <param name="language">BCP 47 tag of the content, when it has one.</param>
    public static ReadResult<T> Ok<T>(T value, long version, DateTimeOffset? lastModified, string? language = null) =>
        new(value, version, lastModified, language);

    /// <summary>As the other, for lists and other things without a version of their own.</summary>
    public static ReadResult<T> Ok<T>(T value, string? language = null) => new(value, 0, null, language);
}

/// <summary>A read that can be answered conditionally.</summary>
public sealed class ReadResult<T> : IResult, IEndpointMetadataProvider, IStatusCodeHttpResult, IValueHttpResult, IValueHttpResult<T>
{
    internal ReadResult(T value, long version, DateTimeOffset? lastModified, string? language) =>
        (Value, Version, LastModified, Language) = (value, version, lastModified, language);

    public T Value { get; }

    public long Version { get; }

    public DateTimeOffset? LastModified { get; }

    public string? Language { get; }

    /// <summary>How long a cache may answer by itself; by default it has to ask each time.</summary>
    public TimeSpan MaxAge { get; init; }

    /// <summary>Media type of the answer.</summary>
    public string ContentType { get; init; } = "application/json";

    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status200OK;

    object? IValueHttpResult.Value => Value;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(Value, JsonRequest.OptionsOf(httpContext));
        var headers = new ReadHeaders(EntityTag.Of(httpContext, Version, content, Language), LastModified, Language, MaxAge);
        if (!headers.Apply(httpContext)) return Task.CompletedTask;
        httpContext.Response.ContentType = ContentType;
        // The compression decides by itself; a length would be that of the plain content.
        return httpContext.Response.BodyWriter.WriteAsync(content, httpContext.RequestAborted).AsTask();
    }

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));
}

/// <summary>The headers of a read. For answers that are no JSON too (PDF, SVG, CSV).</summary>
public sealed record ReadHeaders(EntityTagHeaderValue Tag, DateTimeOffset? LastModified, string? Language, TimeSpan MaxAge = default)
{
    /// <summary>Sets the headers; false means that the answer is complete (304) and no body may follow.</summary>
    public bool Apply(HttpContext context)
    {
        var response = context.Response.GetTypedHeaders();
        response.ETag = Tag;
        // HTTP dates have whole seconds; rounding up would call a later change old.
        var modified = LastModified is { } instant ? instant.ToUniversalTime().AddTicks(-(instant.Ticks % TimeSpan.TicksPerSecond)) : (DateTimeOffset?)null;
        response.LastModified = modified;
        var isShared = context.User.FindFirst(Tokens.TokenClaims.Subject)?.Value is null or Tokens.TokenClaims.Anonymous;
        var cache = new CacheControlHeaderValue { Public = isShared, Private = !isShared };
        if (MaxAge > TimeSpan.Zero) cache.MaxAge = MaxAge;
        else cache.NoCache = true;
        response.CacheControl = cache;
        context.Response.Headers.AppendCommaSeparatedValues(HeaderNames.Vary, "Accept-Encoding", "Accept-Language", "Authorization", "X-Api-Key");
        if (Language is not null) context.Response.Headers.ContentLanguage = Language;
        if (!IsKnown(context, modified)) return true;
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return false;
    }

    private bool IsKnown(HttpContext context, DateTimeOffset? modified)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)) return false;
        var request = context.Request.GetTypedHeaders();
        if (request.IfNoneMatch.Count > 0)
        {
            return request.IfNoneMatch.Any(tag => tag.Tag == "*" || tag.Compare(Tag, useStrongComparison: false));
        }

        return request.IfModifiedSince is { } since && modified <= since;
    }
}
