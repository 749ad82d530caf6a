using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Wir.Gateway.Proxy;
using Wir.Gateway.Tokens;
using Wir.ServiceDefaults.Errors;

namespace Wir.Gateway.Edge;

/// <summary>
/// Refuses what no service would take, and what cannot be passed on: seen from here, a service that refuses it could not be
/// told from one that fails.
/// </summary>
internal sealed class Admission(RequestDelegate next, IOptions<GatewayOptions> options)
{
    // RFC 9110, 5.5; obs-text has no agreed meaning, and no client library of ours would send it.
    private static readonly SearchValues<char> s_fieldValue =
        SearchValues.Create("\t" + string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)));

    public Task InvokeAsync(HttpContext context)
    {
        if (FaultsOf(context) is { Count: > 0 } faults) return RefuseAsync(context, faults);
        var limit = LimitOf(context);
        var body = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (context.Request.ContentLength > limit)
        {
            // Without a limit the server reads on for a while, and who is still sending can hear the answer.
            if (body is { IsReadOnly: false }) body.MaxRequestBodySize = null;
            return CommonProblems.TooLarge.With(new(
                string.Create(CultureInfo.InvariantCulture, $"Erlaubt sind hier {limit} Bytes, gesendet werden {context.Request.ContentLength}."),
                string.Create(CultureInfo.InvariantCulture, $"At most {limit} bytes are taken here; the body has {context.Request.ContentLength}.")))
                .ToResult().ExecuteAsync(context);
        }

        if (body is { IsReadOnly: false }) body.MaxRequestBodySize = limit;
        return next(context);
    }

    /// <summary>Null for most requests.</summary>
    private static List<Fault>? FaultsOf(HttpContext context)
    {
        List<Fault>? faults = null;
        foreach (var (name, values) in context.Request.Headers)
        {
            if (IsFieldValue(values)) continue;
            (faults ??= []).Add(new(name, CommonProblems.Faults.InvalidValue, new(
                "Kopfzeilen enthalten nur sichtbare ASCII-Zeichen und Leerzeichen.",
                "Headers contain visible ASCII characters and blanks only.")));
        }

        if (context.Request.IsRead() && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            (faults ??= []).Add(new("", CommonProblems.Faults.InvalidValue, new(
                "GET und HEAD haben keinen Inhalt.", "GET and HEAD have no body.")));
        }

        return faults;
    }

    private static bool IsFieldValue(StringValues values)
    {
        foreach (var value in values)
        {
            if (value.AsSpan().ContainsAnyExcept(s_fieldValue)) return false;
        }

        return true;
    }

    private static Task RefuseAsync(HttpContext context, List<Fault> faults) => CommonProblems.MalformedRequest.With(new(
        "Die Anfrage verletzt Regeln von HTTP.", "The request breaks rules of HTTP."), faults).ToResult().ExecuteAsync(context);

    private long LimitOf(HttpContext context) => context.Features.Get<Minted>()?.Principal.IsAnonymous is true
        ? options.Value.AnonymousBodySize
        : ProxyRoutes.BodySizeOf(context.Request.Path, options.Value);
}
