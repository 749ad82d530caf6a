using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace Wir.Platform.Tests;

/// <summary>The sample client of another county system, as a process of its own on the running platform.</summary>
[Lane(Lane.Platform)]
public sealed class CountyClientTests(WholePlatform platform) : IDisposable
{
    private static readonly string[] s_services = ["registry", "welcome", "monitor"];
    private readonly string _directory = Directory.CreateTempSubdirectory("wir-county-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_copy_is_what_the_feeds_say_however_often_the_client_is_killed()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var database = Path.Combine(_directory, "county.db");
        for (var i = 0; i < 5; i++)
        {
            await using var client = Client("follow", "--url", platform.Instance.Address.ToString(), "--database", database, "--limit", "7");
            var lines = random.Next(1, 25);
            await Eventually.TrueAsync(() => Task.FromResult(client.Output.Count(character => character == '\n') >= lines || client.HasExited), "the client follows", TimeSpan.FromSeconds(20));
            await client.EndAsync(ProcessSignal.Kill);
            await IsWholeAsync(database, seed);
        }

        await using (var last = Client("follow", "--url", platform.Instance.Address.ToString(), "--database", database, "--once"))
        {
            await last.WaitForExitAsync();
            Assert.True(last.ExitCode == 0, last.Output);
        }

        await IsWholeAsync(database, seed);
        foreach (var service in s_services)
        {
            var feed = await ReadFeedAsync(service);
            Assert.True(Read(database, service).Position >= feed.Max(row => row.Position), $"{service} was not read to its end (seed {seed})");
        }
    }

    [Fact]
    public async Task An_association_is_entered_once_by_key_and_reaches_the_copy()
    {
        var (key, entry, database) = (Path.Combine(_directory, "key.txt"), Path.Combine(_directory, "entry.json"), Path.Combine(_directory, "county.db"));
        await File.WriteAllTextAsync(key, platform.Instance.Keys["municipality"]);
        await File.WriteAllTextAsync(entry, new JsonObject
        {
            ["kind"] = "initiative", ["name"] = $"Kreisverein {Guid.CreateVersion7():N}", ["area"] = "06635015", ["languages"] = new JsonArray("de"),
            ["texts"] = new JsonObject { ["de"] = new JsonObject { ["summary"] = "Vom System des Kreises eingetragen." } },
        }.ToJsonString());

        var first = await RunAsync("register", "--url", platform.Instance.Address.ToString(), "--key-file", key, entry);
        var again = await RunAsync("register", "--url", platform.Instance.Address.ToString(), "--key-file", key, entry);

        Assert.True(first.ExitCode == 0, first.Output);
        Assert.Equal(first.Output, again.Output);
        var id = Guid.Parse(first.Output.Trim());
        await Eventually.TrueAsync(async () =>
        {
            var followed = await RunAsync("follow", "--url", platform.Instance.Address.ToString(), "--database", database, "--once");
            Assert.True(followed.ExitCode == 0, followed.Output);
            return Read(database, "registry").Things.Contains(("association", id.ToString()));
        }, "the entry is in the copy");
    }

    [Fact]
    public async Task What_the_platform_refuses_is_told_fault_by_fault()
    {
        var (key, entry) = (Path.Combine(_directory, "key.txt"), Path.Combine(_directory, "entry.json"));
        await File.WriteAllTextAsync(key, platform.Instance.Keys["municipality"]);
        await File.WriteAllTextAsync(entry, """{ "kind": "initiative", "nmae": "x", "area": "06635015" }""");

        var refused = await RunAsync("register", "--url", platform.Instance.Address.ToString(), "--key-file", key, entry);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("WIR-COM-0003", refused.Output, StringComparison.Ordinal);
        Assert.Contains("/nmae", refused.Output, StringComparison.Ordinal);
        Assert.Contains("/name", refused.Output, StringComparison.Ordinal);
    }

    /// <summary>Whatever the position, the copy holds exactly what the feed has up to there.</summary>
    private async Task IsWholeAsync(string database, int seed)
    {
        foreach (var service in s_services)
        {
            var (position, things) = Read(database, service);
            var due = (await ReadFeedAsync(service)).Where(row => row.Position <= position).ToList();
            var missing = due.Where(row => !row.IsGone && !things.Contains((row.Type, row.Id))).ToList();
            var left = due.Where(row => row.IsGone && things.Contains((row.Type, row.Id))).ToList();
            Assert.True(missing.Count == 0 && left.Count == 0, $"{service} at {position}: {missing.Count} missing, {left.Count} left over (seed {seed})");
        }
    }

    private async Task<List<FeedRow>> ReadFeedAsync(string service)
    {
        using var door = platform.Door();
        var rows = new List<FeedRow>();
        while (true)
        {
            var page = (await door.GetAsync($"/api/{service}/v1/changes?after={rows.LastOrDefault()?.Position ?? 0}&limit=5000")).Is(HttpStatusCode.OK).Json.GetProperty("data");
            if (page.GetArrayLength() == 0) return rows;
            rows.AddRange(page.EnumerateArray().Select(row => new FeedRow(row.GetProperty("position").GetInt64(), row.GetProperty("type").GetString()!, row.GetProperty("id").ToString(), row.GetProperty("op").GetString() == "delete")));
        }
    }

    private static (long Position, HashSet<(string, string)> Things) Read(string database, string service)
    {
        if (!File.Exists(database)) return (0, []);
        using var connection = new SqliteConnection($"Data Source={database};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select position from feed where service = $service";
        command.Parameters.AddWithValue("$service", service);
        var position = command.ExecuteScalar() is long known ? known : 0;
        command.CommandText = "select type, id from thing where service = $service";
        using var reader = command.ExecuteReader();
        var things = new HashSet<(string, string)>();
        while (reader.Read()) things.Add((reader.GetString(0), reader.GetString(1)));
        return (position, things);
    }

    private static ServiceProcess Client(params string[] arguments) => ServiceProcess.Start("CountyClient", new Dictionary<string, string?>(), arguments);

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        await using var client = Client(arguments);
        await client.WaitForExitAsync();
        return (client.ExitCode, client.Output);
    }

    private sealed record FeedRow(long Position, string Type, string Id, bool IsGone);
}
