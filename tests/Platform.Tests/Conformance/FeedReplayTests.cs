using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Wir.Platform.Tests.Conformance;

/// <summary>Whoever replays a service's feed from the start has what the service itself shows.</summary>
[Lane(Lane.Platform)]
[Collection(ApiStage.Tests)]
public sealed class FeedReplayTests(ApiStage stage)
{
    /// <summary>The list that shows the things of a feed, and how they are called there.</summary>
    public static TheoryData<string, string, string> Lists => new()
    {
        { "/api/registry/v1", "association", "/associations" },
        { "/api/welcome/v1", "page", "/pages" },
        { "/api/monitor/v1", "indicator", "/indicators" },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task The_feed_replayed_is_the_list(string api, string type, string list)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                var things = (await ReplayAsync(api, ndjson: false)).Where(thing => thing.Key.Type == type).Select(thing => (string?)thing.Value!["code"] ?? thing.Key.Id).ToHashSet();
                var listed = await ListAsync($"{api}{list}");
                return things.Count > 0 && things.SetEquals(listed);
            },
            $"the feed of {api} gives what {list} lists", TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("/api/registry/v1")]
    [InlineData("/api/welcome/v1")]
    [InlineData("/api/monitor/v1")]
    public async Task NDJSON_and_pages_of_any_size_tell_the_same(string api)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                var (pages, lines) = (await ReplayAsync(api, ndjson: false), await ReplayAsync(api, ndjson: true));
                return pages.Count > 0 && pages.Count == lines.Count && pages.All(thing => lines.TryGetValue(thing.Key, out var line) && JsonNode.DeepEquals(line, thing.Value));
            },
            $"both forms of the feed of {api} agree", TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task The_registrys_feed_replayed_is_its_export_entry_by_entry()
    {
        await Eventually.TrueAsync(
            async () =>
            {
                var export = await stage.SendAsync(new("GET", "/api/registry/v1/exports/associations.ndjson.gz"));
                Assert.Equal(200, export.Code);
                await using var plain = new GZipStream(new MemoryStream(export.Bytes), CompressionMode.Decompress);
                using var reader = new StreamReader(plain, Encoding.UTF8);
                var exported = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
                var things = await ReplayAsync("/api/registry/v1", ndjson: true);
                return exported.Count == things.Count && exported.All(line => things.GetValueOrDefault(((string?)line["type"] ?? "association", (line["data"] ?? line)["id"]!.ToString())) is { } thing
                    && JsonNode.DeepEquals(thing, line["data"] ?? line));
            },
            "feed and export agree", TimeSpan.FromSeconds(20));
    }

    private async Task<Dictionary<(string Type, string Id), JsonNode?>> ReplayAsync(string api, bool ndjson)
    {
        var things = new Dictionary<(string, string), JsonNode?>();
        for (long after = 0, last = -1; after != last;)
        {
            last = after;
            var answer = await stage.SendAsync(new Call("GET", $"{api}/changes?after={after}&limit={(ndjson ? 5000 : 97)}").With("Accept", ndjson ? "application/x-ndjson" : "application/json"));
            Assert.True(answer.Code == 200, answer.ToString());
            var rows = ndjson ? answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList() : [.. answer.Json!["data"]!.AsArray().Select(row => row!)];
            foreach (var row in rows)
            {
                Assert.True((long)row["position"]! > after, "positions grow");
                after = (long)row["position"]!;
                var key = ((string)row["type"]!, row["id"]!.ToString());
                if ((string?)row["op"] == "delete") things.Remove(key);
                else things[key] = row["data"];
            }
        }

        return things;
    }

    private async Task<HashSet<string>> ListAsync(string path)
    {
        var ids = new HashSet<string>();
        for (string? next = path + "?limit=200"; next is not null;)
        {
            var answer = await stage.SendAsync(new("GET", next));
            Assert.True(answer.Code == 200, answer.ToString());
            foreach (var row in answer.Json!["data"]!.AsArray()) ids.Add((row!["code"] ?? row["id"])!.ToString());
            next = (string?)answer.Json["links"]?["next"];
        }

        return ids;
    }
}
