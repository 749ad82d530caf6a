using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Wir.TestKit;
using Xunit;

namespace Wir.Registry.Tests.Reading;

[Lane(Lane.Functional)]
public sealed class ExportTests(SmallRegistry registry) : IClassFixture<SmallRegistry>
{
    private const string Export = "/exports/associations.ndjson.gz";

    [Fact]
    public async Task The_export_is_what_the_feed_gives_from_the_start_by_hash()
    {
        await registry.Office.PostAsync("/associations", Sample.Association());
        await SettledAsync();

        var export = await registry.Anonymous.GetAsync(Export);
        var position = long.Parse(export.Headers["X-Feed-Position"], CultureInfo.InvariantCulture);
        var feed = await FeedAsync(0);

        Assert.Equal(feed.Max(row => (long)row["position"]!), position);
        Assert.Equal(Hash(feed.Where(row => (string)row["op"]! == "upsert").Select(row => row["data"]!.ToJsonString())), Hash(Lines(export.Bytes).Select(line => JsonNode.Parse(line)!.ToJsonString())));
        Assert.All(Lines(export.Bytes).Take(SmallRegistry.Entries), line => Assert.Contains("\"demo\":true", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_old_export_and_the_changes_since_its_position_make_the_new_one()
    {
        var first = await registry.Office.PostAsync("/associations", Sample.Association());
        await registry.Office.PostAsync("/associations", Sample.Association());
        await SettledAsync();
        var old = await registry.Anonymous.GetAsync(Export);
        await registry.Office.PatchAsync(first.Location!, new JsonObject { ["name"] = "Umbenannter Verein" }, 1);
        await registry.Office.SendAsync(HttpMethod.Delete, $"{first.Location}?reason=dissolved", null, ("If-Match", "\"2\""));
        await registry.Office.PostAsync("/associations", Sample.Association());
        await SettledAsync();

        var state = Lines(old.Bytes).Select(line => JsonNode.Parse(line)!).ToDictionary(entry => (Guid)entry["id"]!, entry => entry.ToJsonString());
        foreach (var row in await FeedAsync(long.Parse(old.Headers["X-Feed-Position"], CultureInfo.InvariantCulture)))
        {
            if ((string)row["op"]! == "delete") state.Remove((Guid)row["id"]!);
            else state[(Guid)row["id"]!] = row["data"]!.ToJsonString();
        }

        var now = await registry.Anonymous.GetAsync(Export);

        Assert.Equal(Hash(state.Values), Hash(Lines(now.Bytes).Select(line => JsonNode.Parse(line)!.ToJsonString())));
        Assert.DoesNotContain((string)first.Json["id"]!, string.Join('\n', Lines(now.Bytes)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Digest_size_position_and_number_of_entries_are_true()
    {
        await SettledAsync();
        var export = await registry.Anonymous.GetAsync(Export);
        var head = await registry.Anonymous.SendAsync(HttpMethod.Head, Export, null);
        var listed = (await registry.Anonymous.GetAsync("/exports")).Json["data"]![0]!;
        var hash = SHA256.HashData(export.Bytes);

        Assert.Equal($"sha-256=:{Convert.ToBase64String(hash)}:", export.Headers["Repr-Digest"]);
        Assert.Equal(Convert.ToHexStringLower(hash), (string)listed["sha256"]!);
        Assert.Equal(export.Bytes.Length, (int)listed["bytes"]!);
        Assert.Equal(Lines(export.Bytes).Count, (int)listed["entries"]!);
        Assert.Equal((export.Headers["ETag"], export.Headers["X-Feed-Position"]), (head.Headers["ETag"], head.Headers["X-Feed-Position"]));
        Assert.Equal("application/gzip", export.Headers["Content-Type"]);
        Assert.False(export.Headers.ContainsKey("Content-Encoding"));
        Assert.Equal(304, (await registry.Anonymous.GetAsync(Export, ("If-None-Match", export.ETag!))).Status);
    }

    [Fact]
    public async Task An_interrupted_download_goes_on_although_others_write()
    {
        await SettledAsync();
        var begun = await registry.Anonymous.GetAsync(Export, ("Range", "bytes=0-999"));
        await registry.Office.PostAsync("/associations", Sample.Association());
        await SettledAsync();
        var rest = await registry.Anonymous.GetAsync(Export, ("Range", "bytes=1000-"), ("If-Range", begun.ETag!));

        Assert.Equal((206, 206), (begun.Status, rest.Status));
        Assert.Equal(begun.Headers["Repr-Digest"], $"sha-256=:{Convert.ToBase64String(SHA256.HashData([.. begun.Bytes, .. rest.Bytes]))}:");
    }

    [Fact]
    public async Task A_download_does_not_go_on_with_what_was_withdrawn_since()
    {
        var created = await registry.Office.PostAsync("/associations", Sample.Association());
        await SettledAsync();
        var begun = await registry.Anonymous.GetAsync(Export, ("Range", "bytes=0-999"));
        await registry.Office.SendAsync(HttpMethod.Delete, $"{created.Location}?reason=dissolved", null, ("If-Match", "\"1\""));
        await SettledAsync();

        var rest = await registry.Anonymous.GetAsync(Export, ("Range", "bytes=1000-"), ("If-Range", begun.ETag!));

        Assert.Equal(200, rest.Status);
        Assert.NotEqual(begun.ETag, rest.ETag);
        Assert.DoesNotContain((string)created.Json["id"]!, string.Join('\n', Lines(rest.Bytes)), StringComparison.Ordinal);
    }

    private Task SettledAsync() =>
        Eventually.TrueAsync(async () => (await registry.QueryAsync("select count(*) from registry.feed_pending"))[0] == "0", "all changes have their position");

    private async Task<List<JsonNode>> FeedAsync(long after)
    {
        var rows = new List<JsonNode>();
        while (true)
        {
            var page = (await registry.Anonymous.GetAsync($"/changes?after={after}&limit=5000")).Json;
            rows.AddRange(page["data"]!.AsArray().Select(row => row!));
            if (page["data"]!.AsArray().Count < 5000) return rows;
            after = (long)rows[^1]["position"]!;
        }
    }

    private static List<string> Lines(byte[] zipped)
    {
        using var reader = new StreamReader(new GZipStream(new MemoryStream(zipped), CompressionMode.Decompress), Encoding.UTF8);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static string Hash(IEnumerable<string> documents) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', documents.Order(StringComparer.Ordinal)))));
}
