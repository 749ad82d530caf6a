using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

/// <summary>Two hundred thousand rows, in and out.</summary>
[Lane(Lane.Functional)]
public sealed class BulkTests(MonitorService service)
{
    private const string Code = "Z45";
    private static readonly string[] s_sexes = ["total", "female", "male", "diverse"];
    private static readonly string[] s_groups = ["total", "german", "non-german"];

    [Fact]
    public async Task Two_hundred_thousand_rows_come_in_with_progress_and_go_out_in_every_size()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync(Code, periodicity: "month");
        var (file, id) = (File(), Guid.CreateVersion7());
        var clock = Stopwatch.StartNew();
        var importing = monitor.ImportAsync(Code, file, $"&id={id}");
        var progress = new List<int>();
        while (!importing.IsCompleted)
        {
            var seen = await monitor.District().GetAsync($"/imports/{id}");
            if (seen.Status == HttpStatusCode.OK && (string)seen.Json["state"]! == "running") progress.Add((int)seen.Json["lines"]!);
        }

        var import = (await importing).Is(HttpStatusCode.Created).Json;
        // Ten seconds on two processors; others who compute beside get their share.
        var share = Math.Max(1, double.Parse(System.IO.File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) / 2);
        Assert.True(clock.Elapsed < share * TimeSpan.FromSeconds(10), $"{clock.Elapsed.TotalSeconds:0.0} s");
        Assert.Equal(200_124, (int)import["accepted"]!);
        Assert.True(progress.Exists(lines => lines > 0) && progress.SequenceEqual(progress.Order()), $"progress: {string.Join(' ', progress.Distinct())}");
        await monitor.ReleaseAsync((string)import["id"]!);

        await CheckLimitsAsync(monitor);
        await CheckFormulaBudgetAsync(monitor);
        await CheckSizesAsync(monitor);
    }

    /// <summary>What a formula costs is known before it is computed, and the choice of cells comes first.</summary>
    private static async Task CheckFormulaBudgetAsync(Running monitor)
    {
        var formula = Uri.EscapeDataString(string.Join('+', Enumerable.Repeat(Code, 100)));
        foreach (var question in new[] { "&format=csv", "&format=csv&rollup=sex", "&format=csv&territory=current" })
        {
            var refused = (await monitor.Anonymous.GetAsync($"/data?indicator={formula}{question}")).Is(HttpStatusCode.RequestEntityTooLarge);
            Assert.Equal(("WIR-MON-0026", 2_000_000), (refused.Code, (int)refused.Json["limit"]!));
            Assert.InRange((long)refused.Json["asked"]!, 99 * 200_124L, 110 * 200_124L);
        }

        var some = (await monitor.Anonymous.GetAsync($"/data?indicator={formula}&area=06635015&period=latest(2)&sex=total&group=total")).Is(HttpStatusCode.OK).Json.Values();
        var one = (await monitor.Anonymous.GetAsync($"/data?indicator={Code}&area=06635015&period=latest(2)&sex=total&group=total")).Is(HttpStatusCode.OK).Json.Values();
        Assert.All(one.Zip(some), pair => Assert.Equal(pair.First!.Value * 100, pair.Second!.Value, 6));
    }

    private static async Task CheckLimitsAsync(Running monitor)
    {
        foreach (var format in new[] { "json-stat2", "xlsx" })
        {
            var refused = (await monitor.Anonymous.GetAsync($"/data?indicator={Code}&format={format}")).Is(HttpStatusCode.RequestEntityTooLarge);
            Assert.Equal(("WIR-MON-0004", 200_124, 100_000), (refused.Code, (int)refused.Json["asked"]!, (int)refused.Json["limit"]!));
        }

        foreach (var format in new[] { "csv", "sdmx-csv" })
        {
            Assert.Equal(200_125, (await monitor.Anonymous.GetAsync($"/data?indicator={Code}&format={format}")).Is(HttpStatusCode.OK).Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        }

        Assert.Equal(99_960, (await monitor.Anonymous.GetAsync($"/data?indicator={Code}&area=top(10)&period=top(833)")).Is(HttpStatusCode.OK).Json["value"]!.AsArray().Count);
    }

    private static async Task CheckSizesAsync(Running monitor)
    {
        const string Cube = $"/data?indicator={Code}&area=top(15)&period=top(500)&sex=total";
        var plain = (await monitor.Anonymous.GetAsync(Cube)).Is(HttpStatusCode.OK);
        Assert.Equal(22_500, plain.Json["value"]!.AsArray().Count);
        foreach (var coding in new[] { "gzip", "br" })
        {
            // Once computed, once from memory.
            for (var time = 0; time < 2; time++)
            {
                var packed = (await monitor.Anonymous.GetAsync(Cube, ("Accept-Encoding", coding))).Is(HttpStatusCode.OK);
                Assert.Equal([coding], packed.Message.Content.Headers.ContentEncoding);
                Assert.Equal(packed.Bytes.Length, packed.Message.Content.Headers.ContentLength);
                Assert.True(packed.Bytes.Length <= 40_000, $"{coding}: {packed.Bytes.Length} bytes");
                using Stream stream = coding == "br" ? new BrotliStream(new MemoryStream(packed.Bytes), CompressionMode.Decompress) : new GZipStream(new MemoryStream(packed.Bytes), CompressionMode.Decompress);
                using var unpacked = new MemoryStream();
                await stream.CopyToAsync(unpacked);
                Assert.Equal(plain.Bytes, unpacked.ToArray());
            }
        }
    }

    /// <summary>Series that move as those of official statistics do, with one decimal.</summary>
    private static string File()
    {
        var (random, text) = (new Random(45), new StringBuilder("area;period;sex;group;value\n", 8_000_000));
        for (var area = 6; area <= 22; area++)
        {
            foreach (var sex in s_sexes)
            {
                foreach (var group in s_groups)
                {
                    var value = 200 + random.Next(600);
                    for (var month = 0; month < 981; month++)
                    {
                        value = Math.Clamp(value + random.Next(-5, 6), 0, 1000);
                        text.Append(CultureInfo.InvariantCulture, $"066350{area:00};{1974 + (month / 12)}-{(month % 12) + 1:00};{sex};{group};{value / 10},{value % 10}\n");
                    }
                }
            }
        }

        return text.ToString();
    }
}
