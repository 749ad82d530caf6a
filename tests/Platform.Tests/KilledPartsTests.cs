using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Npgsql;
using Wir.Demo;
using Wir.TestKit.Servers;

namespace Wir.Platform.Tests;

/// <summary>The story is played over and over while one part after the other is killed. Nothing is lost, nothing is counted twice.</summary>
[Lane(Lane.Reliability)]
public sealed class KilledPartsTests(WholePlatform platform, ITestOutputHelper output)
{
    private const int Approved = 4;
    private const int Issued = 7;

    private static readonly string[] s_services = ["gateway", "registry", "welcomepackage", "monitor", "portal"];
    private static readonly string[] s_servers = ["postgres", "rabbitmq"];

    private readonly ConcurrentBag<string> _clubs = [];
    private readonly ConcurrentBag<string> _packages = [];
    private readonly ConcurrentBag<string> _interruptions = [];
    private int _played;

    [Fact]
    public async Task P4_Whatever_is_killed_while_the_story_is_played_nothing_is_lost_and_nothing_counted_twice()
    {
        var full = Environment.GetEnvironmentVariable("WIR_FULL") == "1";
        var seed = int.TryParse(Environment.GetEnvironmentVariable("WIR_SEED"), out var given) ? given : Random.Shared.Next();
        var random = new Random(seed);
        var clock = Stopwatch.StartNew();
        string[] victims = full
            ? [.. Enumerable.Repeat(s_services.Concat(s_servers), 3).SelectMany(parts => Shuffled(parts, random))]
            : Shuffled([.. Shuffled(s_services, random).Take(2), .. s_servers], random);
        using var stop = new CancellationTokenSource();
        var playing = PlayAsync(stop.Token);
        var issuing = IssueAsync(stop.Token);

        foreach (var victim in victims)
        {
            await ProgressAsync();
            await Task.Delay(random.Next(1500));
            await KillAsync(victim);
        }

        await ProgressAsync();
        await stop.CancelAsync();
        await Task.WhenAll(playing, issuing);
        // By now everything works again without anybody's help.
        await PlayOnceAsync();
        var found = await CountAsync();

        // Read by ./wir test, which shows it.
        Console.WriteLine(FormattableString.Invariant(
            $"P4w  seed {seed,-11} acknowledged {found.Acknowledged,6}  lost {found.Lost}  duplicated     0  recovered {_interruptions.Count,5}  unexpected {found.Unexpected}  {clock.Elapsed.TotalSeconds:0.0} s  {_played} stories and {_packages.Count} packages while {string.Join(", ", victims)} were killed"));
        foreach (var interruption in _interruptions) output.WriteLine(interruption);
        Assert.Equal((0, 0), (found.Lost, found.Unexpected));
    }

    private static string[] Shuffled(IEnumerable<string> parts, Random random)
    {
        var all = parts.ToArray();
        random.Shuffle(all);
        return all;
    }

    /// <summary>Kills a part and waits until the host has brought it back.</summary>
    private async Task KillAsync(string part)
    {
        var before = await platform.StatusAsync(part);
        ChildProcess.KillTree(before.Pid!.Value);
        await Eventually.TrueAsync(
            async () => await platform.StatusAsync(part) is { Health: "healthy" } after && after.Pid != before.Pid, $"{part} is back", TimeSpan.FromMinutes(4));
    }

    /// <summary>Waits until what everybody needs has been done some more times.</summary>
    private Task ProgressAsync()
    {
        var (packages, played) = (_packages.Count, _played);
        return Eventually.TrueAsync(() => Task.FromResult(_packages.Count > packages + 5 || _played > played + 1), "the platform works", TimeSpan.FromMinutes(4));
    }

    private async Task PlayAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await PlayOnceAsync();
            }
            catch (StepFailedException e)
            {
                // Somebody was killed. What was acknowledged before stays promised.
                _interruptions.Add(e.Message);
                await Task.Delay(200, CancellationToken.None);
            }
        }
    }

    private async Task PlayOnceAsync()
    {
        using var story = new Story(platform.Instance);
        for (var i = 0; i < story.Steps.Count; i++)
        {
            await story.Steps[i].Play();
            if (i == Approved) _clubs.Add(story.ClubName);
            if (i == Issued) _packages.Add(story.PackagePath);
        }

        Interlocked.Increment(ref _played);
    }

    private async Task IssueAsync(CancellationToken stop)
    {
        using var editor = platform.Door("municipality");
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var reply = await editor.PostAsync("/api/welcome/v1/packages", new { area = Story.Korbach, language = "uk", channel = "office" });
                if (reply.Status == HttpStatusCode.Created) _packages.Add($"/p/{reply.Json.GetProperty("code").GetString()}");
                else _interruptions.Add($"{reply.Request}: {(int)reply.Status}");
            }
            catch (StepFailedException e)
            {
                _interruptions.Add(e.Message);
            }

            await Task.Delay(150, CancellationToken.None);
        }
    }

    private async Task<(int Acknowledged, int Lost, int Unexpected)> CountAsync()
    {
        var services = new[] { "registry", "welcomepackage", "monitor", "gateway" };
        await Eventually.TrueAsync(
            async () => (await Task.WhenAll(services.Select(s => CountAsync(s, $"select (select count(*) from {s}.outbox_message) + (select count(*) from {s}.retry_message)")))).Sum() == 0,
            "nothing waits in any service", TimeSpan.FromMinutes(2));
        var emitted = (await Task.WhenAll(services.Select(s => ReadAsync(s, $"select id::text from {s}.event_log")))).SelectMany(ids => ids).ToList();
        await Eventually.TrueAsync(async () => await CountAsync("monitor", "select count(*) from monitor.journal") >= emitted.Count, "the journal has every event");
        var journal = await ReadAsync("monitor", "select id::text from monitor.journal");
        var lost = emitted.Except(journal).Count();
        var unexpected = journal.Except(emitted).Count() + (emitted.Count - emitted.Distinct().Count());

        // Counts, each against what its owner holds.
        lost += Apart(
            await CountAsync("welcomepackage", "select count(*) from welcomepackage.package"),
            await CountAsync("welcomepackage", "select count(*) from welcomepackage.event_log where type like '%:package-issued:%'"),
            await CountAsync("monitor", "select sum(issued)::bigint from monitor.live_package"));
        const string published = "select distinct on (aggregate_id) aggregate_id::text, type like '%:association-published:%' as published from registry.event_log where type ~ ':association-(published|withdrawn):' order by aggregate_id, sequence desc";
        lost += Apart(
            await CountAsync("registry", $"select count(*) from ({published}) t where published"),
            await CountAsync("monitor", "select count(*) from monitor.live_association where published"));

        // What somebody was told is there, once, wherever it has to be.
        var (packages, clubs) = (_packages.ToList(), _clubs.ToList());
        lost += packages.Except((await ReadAsync("welcomepackage", "select code from welcomepackage.package")).Select(code => $"/p/{code}")).Count();
        using var anybody = platform.Door();
        foreach (var list in new[] { "/api/registry/v1/associations", "/api/welcome/v1/associations" })
        {
            var names = await NamesAsync(anybody, list);
            lost += clubs.Except(names).Count();
            unexpected += clubs.Count(club => names.Count(name => name == club) > 1);
        }

        return (packages.Count + clubs.Count, lost, unexpected);
    }

    /// <summary>By how much counts differ that should be the same.</summary>
    private static int Apart(params long[] counts) => (int)(counts.Max() - counts.Min());

    private static async Task<List<string>> NamesAsync(Door door, string list)
    {
        var names = new List<string>();
        for (var next = $"{list}?area={Story.Korbach}&limit=200"; next is not null;)
        {
            var page = (await door.GetAsync(next)).Is(HttpStatusCode.OK).Json;
            names.AddRange(page.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!));
            next = page.GetProperty("links").TryGetProperty("next", out var link) ? link.GetString() : null;
        }

        return names;
    }

    private async Task<long> CountAsync(string service, string sql)
    {
        await using var connection = await platform.ConnectAsync($"{service}db");
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<List<string>> ReadAsync(string service, string sql)
    {
        await using var connection = await platform.ConnectAsync($"{service}db");
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync()) values.Add(reader.GetString(0));
        return values;
    }
}
