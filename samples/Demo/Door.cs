using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Wir.Demo;

/// <summary>The gateway, as one client with its key sees it; without a key, as anybody does.</summary>
public sealed class Door : IDisposable
{
    private readonly HttpClient _http;

    public Door(Uri address, string? key = null)
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        if (key is not null) _http.DefaultRequestHeaders.Add("X-Api-Key", key);
    }

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Reply> PostAsync(string path, object body, string? ifMatch = null) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body), ifMatch);

    public async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.RelativeOrAbsolute)) { Content = content };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        try
        {
            using var response = await _http.SendAsync(request);
            return new Reply(
                $"{method} {path}",
                response.StatusCode,
                response.Content.Headers.ContentType,
                response.Headers.ETag?.ToString(),
                response.Headers.Location,
                await response.Content.ReadAsByteArrayAsync());
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw new StepFailedException($"{method} {path} was not answered: {e.Message}", e);
        }
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>An answer, read to its end.</summary>
/// <param name="Request">Method and path, for messages.</param>
public sealed record Reply(string Request, HttpStatusCode Status, MediaTypeHeaderValue? Type, string? ETag, Uri? Location, byte[] Body)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    public JsonElement Json
    {
        get
        {
            try
            {
                using var document = JsonDocument.Parse(Body);
                return document.RootElement.Clone();
            }
            catch (JsonException e)
            {
                throw new StepFailedException($"{Request} did not answer with JSON: {Excerpt}", e);
            }
        }
    }

    private string Excerpt => Text.Length > 600 ? Text[..600] + "…" : Text;

    /// <summary>This answer, when it has the status.</summary>
    /// <exception cref="StepFailedException">It has another one; the message holds what was answered.</exception>
    public Reply Is(HttpStatusCode status) =>
        Status == status ? this : throw new StepFailedException($"{Request} answered {(int)Status} instead of {(int)status}: {Excerpt}");

    public Reply IsOfType(string mediaType) =>
        Type?.MediaType == mediaType ? this : throw new StepFailedException($"{Request} answered {Type} instead of {mediaType}");
}
