using System.Net;
using Wir.Demo;

namespace Wir.Platform.Tests;

/// <summary>
/// The drill: a platform in use is backed up, restored beside itself, started with a service twice, and holds the same.
/// </summary>
[Lane(Lane.Platform)]
[Collection(WholePlatform.Tests)]
public sealed class RestoreDrillTests(WholePlatform platform, PlayedStory played, ITestOutputHelper output)
{
    [Fact]
    public async Task A_restored_platform_has_the_same_data_keys_and_numbers_and_works()
    {
        Assert.All(played.Outcomes, o => Assert.Null(o.Outcome));
        using var editor = platform.Door("municipality");
        var file = Path.Combine(platform.Directory, "backup.tar");
        using var use = new CancellationTokenSource();
        var packages = UseAsync(editor, use.Token);
        var told = await platform.RunAsync("backup", file);
        await use.CancelAsync();
        Assert.True(await packages > 0, "packages were issued meanwhile");
        await using var restored = new WholePlatform();
        await restored.PrepareAsync();
        var clock = System.Diagnostics.Stopwatch.StartNew();

        told += await restored.RunAsync("restore", file);
        await restored.UpAsync("--replicas:registry", "2");

        output.WriteLine($"{told}restored and started in {clock.Elapsed.TotalSeconds:0.0} s");
        using var before = platform.Door("reader");
        using var after = restored.Door("reader");
        foreach (var path in new[]
        {
            "/api/registry/v1/associations?area=06635&limit=200&count=exact", "/api/welcome/v1/tree?lang=ar&area=06635015",
            "/api/welcome/v1/associations?area=06635015&limit=200", "/api/monitor/v1/overview?area=06635",
        })
        {
            var (was, now) = ((await before.GetAsync(path)).Is(HttpStatusCode.OK).Json, (await after.GetAsync(path)).Is(HttpStatusCode.OK).Json);
            Assert.Equal(was.GetProperty("data").GetRawText(), now.GetProperty("data").GetRawText());
        }

        // Two processes of one service share the database and the broker, behind one address.
        var twins = (await restored.StatusOfAllAsync())
            .Where(r => r.Name.StartsWith("registry.", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, twins.Select(r => r.Pid).Distinct().Count());
        Assert.All(twins, r => Assert.Equal("healthy", r.Health));

        // What was on its way when the backup was taken arrives; what had arrived is not counted twice.
        await Eventually.TrueAsync(
            async () => await LiveAsync(after) is > 0 and var counted && counted == await CountIssuedAsync(after), "the restored monitor counts each package once");
        // And it goes on: the keys are the same, and the whole story can be played again.
        using var story = new Story(restored.Instance);
        foreach (var step in story.Steps)
        {
            await step.Play();
        }
    }

    private static async Task<int> UseAsync(Door editor, CancellationToken cancellation)
    {
        for (var issued = 0; ; issued++)
        {
            if (cancellation.IsCancellationRequested) return issued;
            (await editor.PostAsync("/api/welcome/v1/packages", new { area = Story.Korbach, language = "ar", channel = "office" })).Is(HttpStatusCode.Created);
        }
    }

    private static async Task<long> LiveAsync(Door reader) =>
        (await reader.GetAsync($"/api/monitor/v1/live/K05?area={Story.Korbach}")).Is(HttpStatusCode.OK).Json.GetProperty("numerator").GetInt64();

    /// <summary>By the issuer's own log of events.</summary>
    private static async Task<long> CountIssuedAsync(Door reader)
    {
        var issued = 0;
        for (long after = 0; ;)
        {
            var rows = (await reader.GetAsync($"/api/welcome/v1/internal/events?after={after}&limit=5000")).Is(HttpStatusCode.OK).Json
                .GetProperty("data").EnumerateArray().ToList();
            if (rows.Count == 0) return issued;
            issued += rows.Count(row => row.GetRawText().Contains("package-issued", StringComparison.Ordinal));
            after = rows.Max(row => row.GetProperty("position").GetInt64());
        }
    }
}
