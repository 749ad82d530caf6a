using System.Diagnostics;
using System.Text;
using System.Globalization;
using Npgsql;

namespace Wir.Bench;

/// <summary>How long numbers take to come in, and how much memory they take.</summary>
internal sealed class MonitorImportBenchmark : IBenchmark
{
    /// <summary>Indicators of 200,124 observations each; <c>WIR_BENCH_INDICATORS</c> for a short try.</summary>
    private static readonly int s_indicators = int.TryParse(Environment.GetEnvironmentVariable("WIR_BENCH_INDICATORS"), CultureInfo.InvariantCulture, out var indicators) ? indicators : 10;

    public string Name => "monitor-import";

    public string Description => "A file of 200,124 rows is checked, judged and stored as a vintage (goal: at most 10 s), against raw COPY of the same file into a table; resident memory of the service with 200,000 observations (goal: at most 300 MB) and with 2,000,000, all read once.";

    public async Task RunAsync(Report report)
    {
        await using var stage = await MonitorStage.CreateAsync("monitor_import_bench");
        var idle = stage.Memory().Now;
        report.Say($"| observations | import | raw COPY | ratio | memory, after a new start and reading all | peak while importing |");
        report.Say($"|---|---|---|---|---|---|");
        for (var number = 1; number <= s_indicators; number++)
        {
            var file = MonitorStage.FileOf(number);
            stage.ForgetPeak();
            var taken = await stage.PublishAsync(Code(number), file);
            var peak = stage.Memory().Peak;
            if (number > 1 && number < s_indicators) continue;
            var copy = await CopyAsync(stage.Database, file);
            await stage.StartAsync();
            for (var read = 1; read <= number; read++) await ReadAsync(stage, Code(read));
            var memory = stage.Memory().Now;
            report.Say($"| {number * MonitorStage.Rows:N0} | {taken.TotalSeconds:0.00} s{(taken.TotalSeconds <= 10 ? "" : " MISSED")} | {copy.TotalSeconds:0.00} s | {taken / copy:0.0} | {memory:0} MB{(number == 1 && memory > 300 ? " MISSED" : "")} | {peak:0} MB |");
        }

        report.Say($"");
        report.Say($"Without any numbers the service takes {idle:0} MB.");
    }

    private static string Code(int number) => FormattableString.Invariant($"Z{number:00}");

    private static async Task ReadAsync(MonitorStage stage, string code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/monitor/v1/data?indicator={code}&format=csv");
        request.Headers.Authorization = new("Bearer", stage.Token());
        using var response = (await stage.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead)).EnsureSuccessStatusCode();
        await response.Content.CopyToAsync(Stream.Null);
    }

    private static async Task<TimeSpan> CopyAsync(NpgsqlDataSource source, byte[] file)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using (var create = new NpgsqlCommand("drop table if exists bench_copy; create table bench_copy (area text, period text, sex text, grp text, value float8)", connection)) await create.ExecuteNonQueryAsync();
        var text = Encoding.UTF8.GetString(file);
        var clock = Stopwatch.StartNew();
        await using (var copy = await connection.BeginTextImportAsync("copy bench_copy from stdin (format csv, header true)")) await copy.WriteAsync(text);
        return clock.Elapsed;
    }
}
