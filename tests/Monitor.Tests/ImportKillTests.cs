using System.Net;
using System.Net.Sockets;
using System.Text;
using Wir.Monitor.Numbers;
using Wir.TestKit;
using Xunit;

namespace Wir.Monitor.Tests;

/// <summary>An import whose process is killed half-way has happened as a whole or not at all.</summary>
[Lane(Lane.Reliability)]
public sealed class ImportKillTests(MonitorService service)
{
    private static readonly int s_kills = Environment.GetEnvironmentVariable("WIR_FULL") == "1" ? 50 : 10;
    private const string Code = "Z90";

    [Fact]
    public async Task An_import_killed_at_any_point_leaves_nothing_half_and_the_repeat_succeeds()
    {
        var monitor = await service.Value;
        await monitor.DescribeAsync(Code, periodicity: "month");
        await monitor.PublishAsync(Code, FileOf(0));
        var published = (await monitor.Anonymous.GetAsync($"/data?indicator={Code}&format=csv")).Bytes;
        const int seed = 50;
        var (random, takes, interrupted) = (new Random(seed), TimeSpan.FromSeconds(2), 0);
        for (var kill = 1; kill <= s_kills; kill++)
        {
            var (id, file) = (Guid.CreateVersion7(), FileOf(kill));
            await using (var process = await StartAsync(monitor))
            {
                var start = TimeProvider.System.GetTimestamp();
                var importing = monitor.At(process.Address).PostAsync($"/imports?indicator={Code}&reason=x&id={id}", Editing.Csv(file));
                var point = takes * random.NextDouble();
                if (kill > 1) await Task.WhenAny(importing, Task.Delay(point));
                else
                {
                    (await importing).Is(HttpStatusCode.Created);
                    takes = TimeProvider.System.GetElapsedTime(start) * 1.1;
                }

                process.Process.Signal(ProcessSignal.Kill);
                await importing.ContinueWith(_ => { }, TaskScheduler.Default);
            }

            // Nobody outside sees anything of it, and what is stored is whole.
            Assert.Equal(published, (await monitor.Anonymous.GetAsync($"/data?indicator={Code}&format=csv")).Bytes);
            await AssertWholeAsync(monitor, seed, kill);
            var state = await monitor.ScalarAsync<string>($"select state from monitor.import where id = '{id}'");
            if (state is null or "running") interrupted++;
            // The server needs a moment to notice that the killed process is gone; until then the import counts as running.
            await Eventually.TrueAsync(async () =>
            {
                var repeated = await monitor.District().PostAsync($"/imports?indicator={Code}&reason=x&id={id}", Editing.Csv(file));
                Assert.True(repeated.Status is HttpStatusCode.Created or HttpStatusCode.OK, $"seed {seed}, kill {kill}: {repeated.Text}");
                return (string?)repeated.Json["state"] is "draft" or "unchanged";
            }, $"seed {seed}, kill {kill}: the repeat succeeds", TimeSpan.FromSeconds(10));
        }

        Assert.True(interrupted > s_kills / 5, $"only {interrupted} of {s_kills} kills hit a running import");
    }

    private static async Task AssertWholeAsync(Running monitor, int seed, int kill)
    {
        await using var command = monitor.Source.CreateCommand("select number, cells, slab from monitor.vintage where indicator = @code order by number desc limit 2");
        command.Parameters.AddWithValue("code", Code);
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            var cube = Slab.Unpack(row.GetFieldValue<byte[]>(2));
            Assert.True(cube.CountPresent() == row.GetInt32(1), $"seed {seed}, kill {kill}: vintage {row.GetInt32(0)} is not whole");
            var group = cube.Numerators![0];
            Assert.True(Array.TrueForAll(cube.Numerators, one => double.IsNaN(one) || one == group), $"seed {seed}, kill {kill}: vintage {row.GetInt32(0)} mixes two files");
        }
    }

    /// <summary>Every numerator of a file is the same number, so that two files mixed would show.</summary>
    private static string FileOf(int mark)
    {
        var text = new StringBuilder("area;period;group;numerator;denominator\n");
        for (var area = 6; area <= 22; area++)
        {
            for (var month = 0; month < 600; month++)
            {
                foreach (var group in new[] { "total", "german", "non-german" }) text.Append(FormattableString.Invariant($"066350{area:00};{1975 + (month / 12)}-{(month % 12) + 1:00};{group};{mark};1000\n"));
            }
        }

        return text.ToString();
    }

    private static async Task<RunningProcess> StartAsync(Running monitor)
    {
        var port = FreePort();
        var settings = new Dictionary<string, string?>(monitor.Settings) { ["urls"] = $"http://127.0.0.1:{port}", ["Logging:LogLevel:Default"] = "Warning" };
        var process = ServiceProcess.Start("Monitor", settings);
        var address = new Uri($"http://127.0.0.1:{port}");
        using var client = new HttpClient { BaseAddress = address };
        await Eventually.TrueAsync(async () => (await client.GetAsync("/version")).IsSuccessStatusCode, "the second monitor is ready", TimeSpan.FromMinutes(2));
        return new(process, address);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed record RunningProcess(ServiceProcess Process, Uri Address) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}
