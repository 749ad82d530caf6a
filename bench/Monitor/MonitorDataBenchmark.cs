using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Npgsql;
using NpgsqlTypes;

namespace Wir.Bench;

/// <summary>How many answers a second, by size.</summary>
internal sealed class MonitorDataBenchmark : IBenchmark
{
    /// <summary>Seconds per figure; <c>WIR_BENCH_SECONDS</c> for a short try.</summary>
    private static readonly int s_seconds = int.TryParse(Environment.GetEnvironmentVariable("WIR_BENCH_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 8;

    /// <summary>Cells, choice, and the goal with four clients for JSON-stat; a quick try takes those that it needs by <c>WIR_BENCH_CELLS</c>.</summary>
    private static readonly (int Cells, string Area, int Areas, int Periods, string Others, double? Goal)[] s_sizes =
    [
        (15, "top(5)", 5, 3, "&sex=total&group=total", 4400), (750, "top(5)", 5, 50, "&sex=total", 1500),
        (22_500, "top(15)", 15, 500, "&sex=total", 300), (99_960, "top(10)", 10, 833, "", null),
    ];

    public string Name => "monitor-data";

    public string Description => "Answers per second of /data over one indicator of 200,124 observations, by cells, format and clients (wrk on the same machine, no proxy between). Partners in the same run: the same cells read by SQL from an indexed observation table, and an empty route of the service. A repeated question is answered from finished bytes after one look into the database; “anew” is the same question in ever other words, computed each time.";

    public async Task RunAsync(Report report)
    {
        await using var stage = await MonitorStage.CreateAsync("monitor_data_bench");
        await stage.PublishAsync("Z01", MonitorStage.FileOf(1));
        await FillTableAsync(stage.Database);
        var wanted = Environment.GetEnvironmentVariable("WIR_BENCH_CELLS")?.Split(',').Select(cells => int.Parse(cells, CultureInfo.InvariantCulture)).ToHashSet();
        report.Say($"| answer | 1 client | 4 clients | goal with 4 | service's processor time per answer | memory |");
        report.Say($"|---|---|---|---|---|---|");
        await LineAsync(report, stage, "empty route", clients => Wrk.RunAsync(new(stage.Http.BaseAddress!, "/version"), clients, s_seconds));
        foreach (var size in s_sizes.Where(size => wanted is null || wanted.Contains(size.Cells)))
        {
            var question = $"/api/monitor/v1/data?indicator=Z01&area={size.Area}&period=top({size.Periods}){size.Others}";
            foreach (var format in new[] { "json-stat2", "csv" })
            {
                await LineAsync(report, stage, $"{size.Cells:N0} cells, {format}", clients => GetAsync(stage, $"{question}&format={format}", clients), format == "csv" ? null : size.Goal);
            }

            await LineAsync(report, stage, $"{size.Cells:N0} cells, gzip", clients => GetAsync(stage, question, clients, "Accept-Encoding: gzip"));
            await LineAsync(report, stage, $"{size.Cells:N0} cells, anew", clients => AnewAsync(stage, question, size.Areas, clients));
            await LineAsync(report, stage, $"{size.Cells:N0} cells, SQL", clients => SqlAsync(stage.Database, size.Areas, size.Periods, size.Others, clients));
            if (size.Cells != 22_500) continue;
            var tag = await TagAsync(stage, question);
            await LineAsync(report, stage, "304", clients => GetAsync(stage, question, clients, $"If-None-Match: {tag}"), 1200);
        }
    }

    private static async Task LineAsync(Report report, MonitorStage stage, string what, Func<int, Task<double>> measure, double? goal = null)
    {
        var (one, before, clock) = (await measure(1), stage.Processor(), Stopwatch.StartNew());
        var four = await measure(4);
        var each = (stage.Processor() - before).TotalMicroseconds / (four * clock.Elapsed.TotalSeconds);
        report.Say($"| {what} | {one:N0} | {four:N0} | {(goal is { } least ? $"{least:N0}: {(four >= least ? "met" : "MISSED")}" : "")} | {each:0} µs | {stage.Memory().Now:0} MB |");
    }

    private static async Task<double> GetAsync(MonitorStage stage, string path, int clients, params string[] headers)
    {
        try
        {
            return await Wrk.RunAsync(new(stage.Http.BaseAddress!, path), clients, s_seconds, [$"Authorization: Bearer {stage.Token()}", .. headers]);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"{e.Message}\n{stage.Said}", e);
        }
    }

    /// <summary>The same areas named in another order each time: nothing that was written before can be sent again.</summary>
    private static async Task<double> AnewAsync(MonitorStage stage, string question, int areas, int clients)
    {
        var codes = Enumerable.Range(6, areas).Select(number => FormattableString.Invariant($"066350{number:00}")).ToArray();
        var number = 0;
        return await RepeatAsync(clients, async () =>
        {
            var one = Interlocked.Increment(ref number);
            var order = codes.OrderBy(code => HashCode.Combine(code, one)).Append(codes[one % codes.Length]).Append(codes[one / codes.Length % codes.Length]);
            using var request = new HttpRequestMessage(HttpMethod.Get, question.Replace($"area=top({areas})", $"area={string.Join(',', order)}", StringComparison.Ordinal));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", stage.Token());
            using var response = (await stage.Http.SendAsync(request)).EnsureSuccessStatusCode();
            await response.Content.CopyToAsync(Stream.Null);
        });
    }

    private static Task<double> SqlAsync(NpgsqlDataSource source, int areas, int periods, string rest, int clients)
    {
        var sql = "select area, period, sex, grp, value, status from bench_observation where indicator = 'Z01' and area = any($1) and period = any($2)"
            + (rest.Contains("sex=", StringComparison.Ordinal) ? " and sex = 'total'" : "") + (rest.Contains("group=", StringComparison.Ordinal) ? " and grp = 'total'" : "") + " order by area, period, sex, grp";
        var area = Enumerable.Range(6, areas).Select(number => FormattableString.Invariant($"066350{number:00}")).ToArray();
        var period = Enumerable.Range(0, periods).Select(month => FormattableString.Invariant($"{1974 + (month / 12)}-{(month % 12) + 1:00}")).ToArray();
        return RepeatAsync(clients, async () =>
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new() { Value = area, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            command.Parameters.Add(new() { Value = period, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            await command.PrepareAsync();
            await using var row = await command.ExecuteReaderAsync();
            var sum = 0.0;
            while (await row.ReadAsync()) sum += row.GetDouble(4);
        });
    }

    private static async Task<double> RepeatAsync(int clients, Func<Task> once)
    {
        await once();
        var (clock, done) = (Stopwatch.StartNew(), 0);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            while (clock.Elapsed.TotalSeconds < s_seconds)
            {
                await once();
                Interlocked.Increment(ref done);
            }
        })));
        return done / clock.Elapsed.TotalSeconds;
    }

    private static async Task<string> TagAsync(MonitorStage stage, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", stage.Token());
        using var response = (await stage.Http.SendAsync(request)).EnsureSuccessStatusCode();
        return response.Headers.ETag!.Tag;
    }

    private static async Task FillTableAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using (var create = new NpgsqlCommand("create table bench_observation (indicator text, area text, period text, sex text, grp text, value float8, status smallint, primary key (indicator, area, period, sex, grp))", connection)) await create.ExecuteNonQueryAsync();
        await using (var copy = await connection.BeginBinaryImportAsync("copy bench_observation from stdin (format binary)"))
        {
            foreach (var (area, month, sex, group, value) in MonitorStage.Observations(1))
            {
                await copy.StartRowAsync();
                foreach (var text in new[] { "Z01", area, month, sex, group }) await copy.WriteAsync(text, NpgsqlDbType.Text);
                await copy.WriteAsync((double)value, NpgsqlDbType.Double);
                await copy.WriteAsync((short)0, NpgsqlDbType.Smallint);
            }

            await copy.CompleteAsync();
        }

        await using var analyze = new NpgsqlCommand("vacuum (analyze) bench_observation", connection);
        await analyze.ExecuteNonQueryAsync();
    }
}
