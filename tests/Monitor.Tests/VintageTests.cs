using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

/// <summary>What was said once stays said, and what is not yet said stays hidden.</summary>
[Lane(Lane.Functional)]
public sealed class VintageTests(MonitorService service)
{
    private const string Two = Editing.Header + "06635015;2022;total;total;50;;500;1000\n06635011;2022;total;total;40;;400;1000\n";

    [Fact]
    public async Task No_instant_in_the_future_lifts_an_embargo()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z50");
        await monitor.PublishAsync("Z50", Two);
        var seen = (await monitor.Anonymous.GetAsync("/data?indicator=Z50")).Is(HttpStatusCode.OK);
        var until = DateTimeOffset.UtcNow.AddHours(1);
        await monitor.PublishAsync("Z50", Two.Replace("50;;500", "51;;510", StringComparison.Ordinal), "&reason=x", until.ToString("O"));

        foreach (var question in new[] { "", "&asOf=2099-01-01T00:00:00Z", $"&asOf={Uri.EscapeDataString(until.AddDays(1).ToString("O"))}", "&vintage=latest" })
        {
            Assert.Equal(seen.Bytes, (await monitor.Anonymous.GetAsync("/data?indicator=Z50" + question)).Is(HttpStatusCode.OK).Bytes);
        }

        (await monitor.Anonymous.GetAsync("/data?indicator=Z50&vintage=2")).Is(HttpStatusCode.NotFound);
        (await monitor.Anonymous.GetAsync("/data?indicator=Z50&vintage=2&asOf=2099-01-01T00:00:00Z")).Is(HttpStatusCode.NotFound);
        Assert.Equal(1, (int)(await monitor.Anonymous.GetAsync("/indicators/Z50")).Json["vintage"]!);
        Assert.Empty((await monitor.Anonymous.GetAsync("/indicators/Z50/revisions")).Json["data"]!.AsArray());
        Assert.Empty(Lines((await monitor.Anonymous.GetAsync($"/data?indicator=Z50&updatedAfter={Uri.EscapeDataString((string)seen.Json["extension"]!["asOf"]!)}&format=csv")).Text).Skip(1));
        Assert.Equal([40, 51], (await monitor.District().GetAsync("/data?indicator=Z50")).Is(HttpStatusCode.OK).Json.Values());
    }

    [Fact]
    public async Task Whoever_read_at_an_instant_reads_the_same_for_that_instant_ever_after()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z51");
        await monitor.DescribeAsync("Z52", "points", "Z51 - lag(Z51, 1)", change: node => node["codeLists"] = new JsonObject { ["sex"] = "sex", ["group"] = "group-nationality" });
        const string Three = Two + "06635015;2021;total;total;10;;100;1000\n";
        await monitor.PublishAsync("Z51", Three);
        var read = new List<(string Code, DateTimeOffset Before, DateTimeOffset After, byte[] Body)>();
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (var code in new[] { "Z51", "Z52" }) read.Add(await ReadAsync(code));
            }
        });
        for (var revision = 1; revision <= 6; revision++)
        {
            await monitor.PublishAsync("Z51", Three.Replace("50;;500", $"{50 + revision};;{500 + (10 * revision)}", StringComparison.Ordinal), "&reason=x");
        }

        await stop.CancelAsync();
        await reading;
        read.Add(await ReadAsync("Z51"));

        foreach (var (code, before, after, body) in read.Where((_, i) => i % Math.Max(1, read.Count / 200) == 0))
        {
            // The answer is of one instant between question and answer; only a release in between makes the two ends differ.
            Assert.True(await WasAsync(code, before, body) || await WasAsync(code, after, body), $"{code}, read at {before:O}, is told otherwise now");
        }

        Assert.Equal(7, read.Where(one => one.Code == "Z51").Select(one => Encoding.UTF8.GetString(one.Body)).Distinct().Count());

        async Task<(string, DateTimeOffset, DateTimeOffset, byte[])> ReadAsync(string code)
        {
            var before = DateTimeOffset.UtcNow;
            var body = (await monitor.Anonymous.GetAsync($"/data?indicator={code}")).Is(HttpStatusCode.OK).Bytes;
            return (code, before, DateTimeOffset.UtcNow, body);
        }

        async Task<bool> WasAsync(string code, DateTimeOffset instant, byte[] body)
        {
            var told = await monitor.Anonymous.GetAsync($"/data?indicator={code}&asOf={Uri.EscapeDataString(instant.ToString("O"))}");
            return told.Is(HttpStatusCode.OK).Bytes.AsSpan().SequenceEqual(body);
        }
    }

    [Fact]
    public async Task A_release_is_seen_within_a_second_and_the_tag_changes_with_it()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z53");
        await monitor.PublishAsync("Z53", Two);
        var first = (await monitor.Anonymous.GetAsync("/data?indicator=Z53")).Is(HttpStatusCode.OK);
        (await monitor.Anonymous.GetAsync("/data?indicator=Z53", ("If-None-Match", first.ETag!))).Is(HttpStatusCode.NotModified);
        Assert.StartsWith("\"1-", first.ETag, StringComparison.Ordinal);

        await monitor.PublishAsync("Z53", Two.Replace("50;;500", "60;;600", StringComparison.Ordinal), "&reason=x");
        var released = DateTimeOffset.UtcNow;
        var second = (await monitor.Anonymous.GetAsync("/data?indicator=Z53", ("If-None-Match", first.ETag!))).Is(HttpStatusCode.OK);

        Assert.Equal([40, 60], second.Json.Values());
        Assert.True(DateTimeOffset.UtcNow - released < TimeSpan.FromSeconds(1));
        Assert.StartsWith("\"2-", second.ETag, StringComparison.Ordinal);
        string?[] tags = [second.ETag, (await Tag("&lang=de")), await Tag("&lang=en"), await Tag("&format=csv"), await Tag("&area=06635015"), await Tag("&territory=current"), await Tag("", ("Accept-Encoding", "gzip")), await Tag("", ("Accept-Encoding", "br"))];
        Assert.Equal(tags.Length - 1, tags.Distinct().Count());

        async Task<string?> Tag(string parameters, params (string, string)[] headers) => (await monitor.Anonymous.GetAsync("/data?indicator=Z53" + parameters, headers)).Is(HttpStatusCode.OK).ETag;
    }

    [Fact]
    public async Task A_permalink_of_a_formula_gives_the_same_bytes_after_its_inputs_changed()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z54");
        await monitor.PublishAsync("Z54", Two);
        var first = (await monitor.Anonymous.GetAsync("/data?indicator=Z54*2&area=06635015")).Is(HttpStatusCode.OK);
        var link = (string)first.Json["href"]!;

        await monitor.PublishAsync("Z54", Two.Replace("50;;500", "60;;600", StringComparison.Ordinal), "&reason=x");

        Assert.Equal([120], (await monitor.Anonymous.GetAsync("/data?indicator=Z54*2&area=06635015")).Json.Values());
        Assert.Equal(first.Bytes, (await monitor.Anonymous.GetAsync(link)).Is(HttpStatusCode.OK).Bytes);
    }

    [Fact]
    public async Task What_is_computed_holds_the_inputs_of_each_instant_though_embargoes_overlap()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z55", "count");
        await monitor.DescribeAsync("Z56", "count");
        await monitor.PublishAsync("Z55", One(1));
        await monitor.PublishAsync("Z56", One(10));
        // The description itself makes the numbers.
        await monitor.DescribeAsync("Z57", "count", "Z55 + Z56");
        Assert.Equal([11], await Sum());
        var until = DateTimeOffset.UtcNow.AddSeconds(8);
        await monitor.PublishAsync("Z55", One(2), "&reason=x", until.ToString("O"));
        Assert.Equal([12], await Sum(monitor.District()));

        await monitor.PublishAsync("Z56", One(20), "&reason=x");

        if (DateTimeOffset.UtcNow < until) Assert.Equal([21], await Sum());
        await Eventually.TrueAsync(async () => (await Sum()).SequenceEqual([22]), "both changes are in the sum after the embargo", TimeSpan.FromSeconds(30));
        Assert.True(DateTimeOffset.UtcNow >= until);
        Assert.Equal([(11.0, 21.0), (21.0, 22.0)], (await monitor.Anonymous.GetAsync("/indicators/Z57/revisions")).Is(HttpStatusCode.OK).Json["data"]!.AsArray()
            .Select(row => ((double)row!["old"]!["value"]!, (double)row["new"]!["value"]!)).Reverse());

        async Task<double?[]> Sum(Caller? by = null) => (await (by ?? monitor.Anonymous).GetAsync("/data?indicator=Z57")).Is(HttpStatusCode.OK).Json.Values();

        static string One(int value) => Editing.Header + $"06635015;2022;total;total;{value};;;\n";
    }

    [Fact]
    public async Task Numbers_that_are_due_are_listed_until_they_come()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z58", change: node => node["nextUpdate"] = "2026-01-31");
        Assert.Contains("Z58", await Overdue());
        var import = (await monitor.ImportAsync("Z58", Two)).Is(HttpStatusCode.Created).Json;
        var (editor, second, next) = (monitor.District(), monitor.District("client:second"), DateTimeOffset.UtcNow.AddYears(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        (await editor.PostAsync($"/imports/{import["id"]}/check", Editing.Json("{}"), ("If-Match", "\"2\""))).Is(HttpStatusCode.OK);
        (await second.PostAsync($"/imports/{import["id"]}/approve", null, ("If-Match", "\"3\""))).Is(HttpStatusCode.OK);
        Assert.Equal(["/nextUpdate"], (await second.PostAsync($"/imports/{import["id"]}/release", Editing.Json("""{"nextUpdate": "2020-01-01"}"""), ("If-Match", "\"4\""))).Is(HttpStatusCode.UnprocessableEntity).Pointers);
        (await second.PostAsync($"/imports/{import["id"]}/release", Editing.Json($$"""{"nextUpdate": "{{next}}"}"""), ("If-Match", "\"4\""))).Is(HttpStatusCode.OK);

        Assert.DoesNotContain("Z58", await Overdue());
        Assert.Equal(next, (string)(await monitor.Anonymous.GetAsync("/indicators/Z58")).Json["nextUpdate"]!);

        async Task<string[]> Overdue() => [.. (await monitor.Anonymous.GetAsync("/indicators?overdue=true&limit=200")).Is(HttpStatusCode.OK).Json["data"]!.AsArray().Select(row => (string)row!["code"]!)];
    }

    [Fact]
    public async Task Who_replays_the_changes_holds_the_same_numbers()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync("Z59");
        const int seed = 59;
        var (random, copy, known) = (new Random(seed), new SortedDictionary<string, string>(StringComparer.Ordinal), "1970-01-01T00:00:00Z");
        for (var step = 0; step < 12; step++)
        {
            var file = new StringBuilder(Editing.Header);
            foreach (var area in new[] { "06635001", "06635002", "06635015" })
            {
                for (var year = 2018; year < 2023; year++)
                {
                    if (random.Next(2) == 0) file.Append(CultureInfo.InvariantCulture, $"{area};{year};total;total;{(random.Next(4) == 0 ? "." : random.Next(100).ToString(CultureInfo.InvariantCulture))};;;\n");
                }
            }

            file.Append(CultureInfo.InvariantCulture, $"06635003;2018;total;total;{step};;;\n");
            await monitor.PublishAsync("Z59", file.ToString(), "&reason=x" + (random.Next(3) == 0 ? "&replace=true" : ""));
            // Sometimes it follows at once, sometimes after several changes.
            if (random.Next(2) == 0 && step < 11) continue;
            var delta = (await monitor.Anonymous.GetAsync($"/data?indicator=Z59&updatedAfter={Uri.EscapeDataString(known)}&format=sdmx-csv")).Is(HttpStatusCode.OK);
            foreach (var row in Lines(delta.Text).Skip(1).Select(line => line.Split(',')))
            {
                var key = string.Join(',', row[3..7]);
                if (row[2] == "D") Assert.True(copy.Remove(key), $"seed {seed}, step {step}: {key} was never there");
                else copy[key] = string.Join(',', row[7..]);
            }

            known = (string)(await monitor.Anonymous.GetAsync("/data?indicator=Z59")).Json["extension"]!["asOf"]!;
            var full = Lines((await monitor.Anonymous.GetAsync("/data?indicator=Z59&format=sdmx-csv")).Text).Skip(1).Select(line => line.Split(',')).Where(row => row[8] != "O")
                .Select(row => KeyValuePair.Create(string.Join(',', row[3..7]), string.Join(',', row[7..]))).OrderBy(pair => pair.Key, StringComparer.Ordinal);
            Assert.True(full.SequenceEqual(copy), $"seed {seed}, step {step}: the copy differs");
        }
    }

    [Fact]
    public async Task Who_replays_the_feed_holds_the_same_catalogue()
    {
        var monitor = await service.Value;
        await Eventually.TrueAsync(async () =>
        {
            var copy = new SortedDictionary<string, string>(StringComparer.Ordinal);
            for (string? path = "/changes?limit=50"; path is not null;)
            {
                var page = (await monitor.Anonymous.GetAsync(path)).Is(HttpStatusCode.OK).Json;
                foreach (var row in page["data"]!.AsArray().Where(row => (string)row!["type"]! == "indicator")) copy[(string)row!["data"]!["code"]!] = row["data"]!.ToJsonString();
                path = page["data"]!.AsArray().Count == 0 ? null : (string?)page["links"]!["next"];
            }

            var catalogue = new SortedDictionary<string, string>(StringComparer.Ordinal);
            for (string? path = "/indicators?limit=200"; path is not null;)
            {
                var page = (await monitor.Anonymous.GetAsync(path)).Is(HttpStatusCode.OK).Json;
                foreach (var row in page["data"]!.AsArray()) catalogue[(string)row!["code"]!] = row.ToJsonString();
                path = (string?)page["links"]!["next"];
            }

            return catalogue.Where(IsStable).SequenceEqual(copy.Where(IsStable));
        }, "the copy from the feed is the catalogue", TimeSpan.FromSeconds(30));

        // Others describe indicators of the field Z meanwhile.
        static bool IsStable(KeyValuePair<string, string> row) => row.Key[0] != 'Z';
    }

    private static string[] Lines(string text) => text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
}
