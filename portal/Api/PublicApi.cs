using System.Net;
using System.Text.Json;
using Polly;

namespace Wir.Portal.Api;

/// <summary>The platform's public APIs, through the gateway like anybody else's calls.</summary>
public sealed class PublicApi(HttpClient http)
{
    public Task<Answer<Listing<AreaView>>> AreasAsync(string language, CancellationToken ct) =>
        GetAsync<Listing<AreaView>>("/api/registry/v1/areas?limit=200", language, ct);

    public Task<Answer<Listing<PageEntry>>> TreeAsync(string language, string area, CancellationToken ct) =>
        GetAsync<Listing<PageEntry>>($"/api/welcome/v1/tree?lang={language}&area={area}", language, ct);

    public Task<Answer<PageView>> PageAsync(Guid id, string language, string? municipality, CancellationToken ct) =>
        GetAsync<PageView>($"/api/welcome/v1/pages/{id}?lang={language}{(municipality is null ? "" : $"&municipality={municipality}")}", language, ct);

    public Task<Answer<Listing<AssociationView>>> AssociationsAsync(string language, string area, string? cursor, CancellationToken ct) =>
        GetAsync<Listing<AssociationView>>(
            $"/api/registry/v1/associations?area={area}&count=exact{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", language, ct);

    public Task<Answer<AssociationView>> AssociationAsync(Guid id, string language, CancellationToken ct) =>
        GetAsync<AssociationView>($"/api/registry/v1/associations/{id}", language, ct);

    public Task<Answer<Listing<OverviewRow>>> OverviewAsync(string language, string area, CancellationToken ct) =>
        GetAsync<Listing<OverviewRow>>($"/api/monitor/v1/overview?area={area}", language, ct);

    /// <summary>How much content there is in each language.</summary>
    public Task<Answer<Listing<CoverageRow>>> CoverageAsync(CancellationToken ct) =>
        GetAsync<Listing<CoverageRow>>("/api/welcome/v1/coverage", "de", ct);

    public Task<Answer<PackageView>> PackageAsync(string code, CancellationToken ct) =>
        GetAsync<PackageView>($"/api/welcome/v1/packages/{Uri.EscapeDataString(code)}", "de", ct);

    /// <summary>Proves the e-mail address of an entry's sender with the token of the mail.</summary>
    public async Task<AnswerState> ConfirmSubmissionAsync(Guid id, string token, string language, CancellationToken ct) =>
        (await SendAsync<SubmissionReceipt>(new(HttpMethod.Post, $"/api/registry/v1/submissions/{id}/confirm") { Content = JsonContent.Create(new { token }) }, language, ct)).State;

    private Task<Answer<T>> GetAsync<T>(string path, string language, CancellationToken ct) where T : class =>
        SendAsync<T>(new(HttpMethod.Get, path), language, ct);

    private async Task<Answer<T>> SendAsync<T>(HttpRequestMessage message, string language, CancellationToken ct) where T : class
    {
        try
        {
            using var request = message;
            request.Headers.AcceptLanguage.ParseAdd(language);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (IsRefusal(response.StatusCode)) return new(AnswerState.Missing);
            if (!response.IsSuccessStatusCode) return new(AnswerState.Unavailable);
            return await response.Content.ReadFromJsonAsync<T>(ct) is { } value ? new(AnswerState.Found, value) : new(AnswerState.Unavailable);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or ExecutionRejectedException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // Counted and traced by the client's own telemetry; the reader gets the section's notice.
            return new(AnswerState.Unavailable);
        }
    }

    /// <summary>The service is well, but there is no such thing, or no longer.</summary>
    private static bool IsRefusal(HttpStatusCode status) =>
        status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError
            and not (HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests);
}
