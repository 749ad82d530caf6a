using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Wir.Portal.Api;

namespace Wir.Portal.Language;

/// <summary>
/// The languages of the switch: those in which the portal speaks, and those in which there is content, with an English portal around
/// it. What there is content in is asked again every few minutes.
/// </summary>
public sealed class ContentLanguages(TimeProvider time)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private volatile State _state = new(UiLanguage.Spoken, default);

    public async Task<IReadOnlyList<UiLanguage>> AllAsync(PublicApi api, CancellationToken ct)
    {
        var known = _state;
        if (known.Until > time.GetUtcNow()) return known.All;
        var coverage = (await api.CoverageAsync(ct)).Value;
        var all = coverage is null
            ? known.All
            : UiLanguage.Spoken.Concat(coverage.Data.Where(row => row.HasContent).Select(row => UiLanguage.Find(row.Lang)).OfType<UiLanguage>()).Distinct().ToList();
        _state = new(all, time.GetUtcNow() + (coverage is null ? s_pause : s_fresh));
        return all;
    }

    /// <summary>The address without a language leads to the reader's.</summary>
    public static async Task<RedirectHttpResult> Redirect(HttpContext context, ContentLanguages languages, PublicApi api)
    {
        context.Response.Headers.Vary = HeaderNames.AcceptLanguage;
        var offered = await languages.AllAsync(api, context.RequestAborted);
        return TypedResults.LocalRedirect($"~/{UiLanguage.Negotiate(context.Request.Headers.AcceptLanguage, offered).Tag}/");
    }

    private sealed record State(IReadOnlyList<UiLanguage> All, DateTimeOffset Until);
}
