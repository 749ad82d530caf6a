using System.Net;
using System.Text.Json;

namespace Wir.CountyClient;

/// <summary>A row of a feed.</summary>
/// <param name="Data">What the thing is now, as JSON; null when it is gone.</param>
internal sealed record Change(string Type, string Id, long? Version, string At, string? Data);

/// <summary>
/// Follows the public feeds. Positions are without gaps and in the order of commits, so "everything after the last one" is all there is to know;
/// a row names a thing's latest state, so applying it twice changes nothing.
/// </summary>
internal static class Follower
{
    private static readonly string[] s_services = ["registry", "welcome", "monitor"];
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(Options options, CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = options.Url, Timeout = TimeSpan.FromSeconds(60) };
        using var copy = new Copy(options.Database);
        while (true)
        {
            var caughtUp = true;
            foreach (var service in s_services) caughtUp &= await StepAsync(http, copy, service, options.Limit, ct);
            if (caughtUp && options.Once) return 0;
            if (caughtUp) await Task.Delay(s_pause, ct);
        }
    }

    /// <summary>One page; true when there was nothing more to read.</summary>
    private static async Task<bool> StepAsync(HttpClient http, Copy copy, string service, int limit, CancellationToken ct)
    {
        var position = copy.PositionOf(service);
        using var response = await GetAsync(http, $"/api/{service}/v1/changes?after={position}&limit={limit}", ct);
        if (response is null) return false;
        if (response.StatusCode == HttpStatusCode.Gone)
        {
            Console.WriteLine($"{service}: position {position} is too old, starting anew");
            copy.Forget(service);
            return false;
        }

        response.EnsureSuccessStatusCode();
        using var page = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(ct), cancellationToken: ct);
        var rows = page.RootElement.GetProperty("data");
        if (rows.GetArrayLength() == 0) return true;
        copy.Apply(service, [.. rows.EnumerateArray().Select(Read)], rows[rows.GetArrayLength() - 1].GetProperty("position").GetInt64());
        Console.WriteLine($"{service}: {rows.GetArrayLength()} changes, up to {copy.PositionOf(service)}");
        return rows.GetArrayLength() < limit;
    }

    /// <summary>Null when the platform is away or asks for patience; then the same is tried again a little later.</summary>
    private static async Task<HttpResponseMessage?> GetAsync(HttpClient http, string path, CancellationToken ct)
    {
        try
        {
            var response = await http.GetAsync(new Uri(path, UriKind.Relative), ct);
            if (response.StatusCode is not (HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)) return response;
            var patience = response.Headers.RetryAfter?.Delta ?? s_pause;
            response.Dispose();
            await Task.Delay(patience, ct);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            await Task.Delay(s_pause, ct);
        }

        return null;
    }

    private static Change Read(JsonElement row)
    {
        var isGone = row.GetProperty("op").GetString() == "delete";
        return new(
            row.GetProperty("type").GetString()!, row.GetProperty("id").ToString(),
            row.TryGetProperty("version", out var version) && version.ValueKind == JsonValueKind.Number ? version.GetInt64() : null,
            row.GetProperty("at").GetString()!, isGone ? null : row.GetProperty("data").GetRawText());
    }
}
