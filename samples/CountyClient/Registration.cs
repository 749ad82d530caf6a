using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Wir.CountyClient;

/// <summary>Enters an association with the county system's own key.</summary>
internal static class Registration
{
    public static async Task<int> RunAsync(Options options, CancellationToken ct)
    {
        if (options.Rest is not [var file]) throw new OptionException("register needs the name of one file");
        var entry = await File.ReadAllBytesAsync(file, ct);
        using var http = new HttpClient { BaseAddress = options.Url };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/registry/v1/associations");
        request.Headers.Add("X-Api-Key", (await File.ReadAllTextAsync(options.KeyFile, ct)).Trim());
        request.Headers.AcceptLanguage.ParseAdd("en");
        // The same entry has the same key: whoever does not know whether it arrived sends it again.
        request.Headers.Add("Idempotency-Key", Convert.ToHexStringLower(SHA256.HashData(entry))[..32]);
        request.Content = new ByteArrayContent(entry) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await http.SendAsync(request, ct);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(ct));
        if (response.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK)
        {
            Console.WriteLine(answer.RootElement.GetProperty("id").GetString());
            return 0;
        }

        await Console.Error.WriteLineAsync($"{(int)response.StatusCode} {answer.RootElement.GetProperty("code").GetString()}: {answer.RootElement.GetProperty("detail").GetString()}");
        if (!answer.RootElement.TryGetProperty("errors", out var faults)) return 1;
        foreach (var fault in faults.EnumerateArray())
        {
            await Console.Error.WriteLineAsync($"  {fault.GetProperty("pointer").GetString()}: {fault.GetProperty("detail").GetString()}");
        }

        return 1;
    }
}
