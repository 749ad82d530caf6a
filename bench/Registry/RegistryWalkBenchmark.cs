using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Wir.Bench;

/// <summary>Lists to the end while others write, counts, and pages of HSDS.</summary>
internal sealed class RegistryWalkBenchmark : IBenchmark
{
    private static readonly int s_writesPerSecond = RegistryStage.Setting("WIR_BENCH_WRITES", 20);
    private static readonly int s_times = RegistryStage.Setting("WIR_BENCH_TIMES", 200);

    public string Name => "registry-walk";

    public string Description => $"{RegistryStage.Entries:N0} entries: a cursor walk to the end in pages of 200 while {s_writesPerSecond} writes/s change and add entries; exact counts; pages of HSDS. Partner: the same rows and counts by plain SQL on the same database.";

    public async Task RunAsync(Report report)
    {
        var stage = await RegistryStage.GetAsync();
        var known = await IdsAsync(stage);
        report.Say($"| walk | pages | time | page p50 | page p99 | writes meanwhile | lost | repeated |");
        report.Say($"|---|---|---|---|---|---|---|---|");
        foreach (var order in new[] { "", "&sort=name", "&sort=-updatedAt" })
        {
            // A change moves an entry in the order of its last change: there only additions are written.
            using var stop = new CancellationTokenSource();
            var writing = WriteAsync(stage, known, changes: order != "&sort=-updatedAt", stop.Token);
            var clock = Stopwatch.StartNew();
            var (ids, taken) = await WalkAsync(stage, order);
            var seconds = clock.Elapsed.TotalSeconds;
            await stop.CancelAsync();
            var writes = await writing;
            var seen = ids.ToHashSet();
            var (lost, repeated) = (known.Count(id => !seen.Contains(id)), ids.Count - seen.Count);
            report.Say($"| {(order.Length == 0 ? "order of entry" : order[6..])} | {taken.Count} | {seconds:0.0} s | {Report.Median(taken):0.0} ms | {Report.Percentile(taken, 0.99):0.0} ms | {writes} | {lost} | {repeated} |");
        }

        report.Say($"| partner: the same pages by SQL | | {await WalkSqlAsync(stage):0.0} s | | | | | |");
        report.Say($"");
        report.Say($"| request | p50 | p99 | by SQL p50 | p99 |");
        report.Say($"|---|---|---|---|---|");
        await MeasureAsync(report, stage, "count=exact, all", _ => "/api/registry/v1/associations?limit=1&count=exact&fields=name",
            "select count(*) from registry.association where status = 'published'");
        await MeasureAsync(report, stage, "count=exact, one municipality", _ => "/api/registry/v1/associations?limit=1&count=exact&fields=name&area=06635015",
            "select count(*) from registry.association where status = 'published' and area = '06635015'");
        await MeasureAsync(report, stage, "count=exact, one category", _ => "/api/registry/v1/associations?limit=1&count=exact&fields=name&category=sport.chess",
            "select count(*) from registry.association where status = 'published' and categories && array['wir:sport.chess']");
        await MeasureAsync(report, stage, "count=estimate", _ => "/api/registry/v1/associations?limit=1&count=estimate&fields=name");
        await MeasureAsync(report, stage, "list of 20", _ => "/api/registry/v1/associations",
            "select * from registry.association where status = 'published' order by id limit 21");
        await MeasureAsync(report, stage, "list of 20 by name", _ => "/api/registry/v1/associations?sort=name",
            "select * from registry.association where status = 'published' order by name, id limit 21");
        await MeasureAsync(report, stage, "one entry", i => $"/api/registry/v1/associations/{known[(i + 5) * 97 % known.Count]}",
            "select * from registry.association where id = $1", i => known[(i + 5) * 97 % known.Count]);
        foreach (var path in new[] { "services", "organizations", "service_at_locations" })
        {
            var pages = (int)(await stage.GetAsync($"/hsds/{path}"))["total_pages"]!;
            await MeasureAsync(report, stage, $"HSDS {path}, first page", _ => $"/hsds/{path}");
            await MeasureAsync(report, stage, $"HSDS {path}, last page of {pages}", _ => $"/hsds/{path}?page={pages}");
        }
    }

    private static async Task MeasureAsync(Report report, RegistryStage stage, string what, Func<int, string> path, string? sql = null, Func<int, object?>? parameter = null)
    {
        var taken = await stage.RepeatAsync(s_times, path);
        var partner = sql is null ? [] : await stage.RepeatSqlAsync(s_times, sql, parameter ?? (_ => null));
        var by = sql is null ? " | " : FormattableString.Invariant($"{Report.Median(partner):0.0} ms | {Report.Percentile(partner, 0.99):0.0} ms");
        report.Say($"| {what} | {Report.Median(taken):0.0} ms | {Report.Percentile(taken, 0.99):0.0} ms | {by} |");
    }

    private static async Task<double> WalkSqlAsync(RegistryStage stage)
    {
        var clock = Stopwatch.StartNew();
        for (var (last, more) = (Guid.Empty, true); more;)
        {
            await using var command = stage.Database.CreateCommand("select id, content::text from registry.association where status = 'published' and id > $1 order by id limit 200");
            command.Parameters.AddWithValue(last);
            await using var reader = await command.ExecuteReaderAsync();
            for (more = false; await reader.ReadAsync(); more = true) last = reader.GetGuid(0);
        }

        return clock.Elapsed.TotalSeconds;
    }

    private static async Task<List<Guid>> IdsAsync(RegistryStage stage)
    {
        await using var command = stage.Database.CreateCommand("select id from registry.association where status = 'published'");
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync()) ids.Add(reader.GetGuid(0));
        return ids;
    }

    private static async Task<(List<Guid> Ids, List<double> Taken)> WalkAsync(RegistryStage stage, string order)
    {
        var (ids, taken) = (new List<Guid>(), new List<double>());
        for (var next = $"/api/registry/v1/associations?limit=200&fields=name{order}"; next is not null;)
        {
            var (response, milliseconds) = await stage.SendAsync(HttpMethod.Get, next);
            using (response)
            {
                var page = JsonNode.Parse(await response.Content.ReadAsByteArrayAsync())!;
                ids.AddRange(page["data"]!.AsArray().Select(entry => (Guid)entry!["id"]!));
                taken.Add(milliseconds);
                next = (string?)page["links"]!["next"];
            }
        }

        return (ids, taken);
    }

    private static async Task<int> WriteAsync(RegistryStage stage, List<Guid> known, bool changes, CancellationToken ct)
    {
        var writes = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / s_writesPerSecond));
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                if (changes && writes % 2 == 0)
                {
                    var id = known[writes * 7919 % known.Count];
                    var entry = await stage.GetAsync($"/api/registry/v1/associations/{id}");
                    var patch = new JsonObject { ["texts"] = new JsonObject { ["de"] = new JsonObject { ["summary"] = $"Geändert, zum {writes}. Mal." } } };
                    (await stage.SendAsync(HttpMethod.Patch, $"/api/registry/v1/associations/{id}", patch, ("If-Match", $"\"{entry["version"]}\""))).Response.Dispose();
                }
                else
                {
                    var entry = new JsonObject { ["kind"] = "initiative", ["name"] = $"Neue Initiative {Guid.CreateVersion7():n}", ["area"] = "06635015" };
                    (await stage.SendAsync(HttpMethod.Post, "/api/registry/v1/associations", entry)).Response.Dispose();
                }

                writes++;
            }
        }
        catch (OperationCanceledException)
        {
            // The walk is over.
        }

        return writes;
    }
}
