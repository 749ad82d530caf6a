using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Wir.Bench;

/// <summary>Everything at once.</summary>
internal sealed class RegistryExportBenchmark : IBenchmark
{
    private const string Export = "/api/registry/v1/exports/associations.ndjson.gz";

    public string Name => "registry-export";

    public string Description => $"The bulk export of {RegistryStage.Entries:N0} entries (NDJSON, gzip): made anew after a change, taken whole, and taken again; memory of the service meanwhile. Partner: the same rows through psql and gzip -1.";

    public async Task RunAsync(Report report)
    {
        var stage = await RegistryStage.GetAsync();
        report.Say($"Loading {RegistryStage.Entries:N0} demo entries with history, identifiers, events and feed took {stage.Loading.TotalSeconds:0} s.");
        report.Say($"");
        report.Say($"| run | made and taken | taken again | size | memory before | peak | SHA-256 |");
        report.Say($"|---|---|---|---|---|---|---|");
        for (var run = 1; run <= 3; run++)
        {
            await ChangeAsync(stage);
            var before = stage.Memory();
            stage.ForgetPeak();
            var (made, bytes, isTrue) = await TakeAsync(stage);
            var peak = stage.Peak();
            var (again, _, _) = await TakeAsync(stage);
            report.Say($"| {run} | {made:0.0} s | {again:0.0} s | {bytes / 1e6:0.0} MB | {before:0} MB | {peak:0} MB | {(isTrue ? "as announced" : "WRONG")} |");
        }

        var partner = await PartnerAsync(stage);
        report.Say($"");
        report.Say($"psql and gzip -1: {partner:0.0} s.");
    }

    /// <summary>A change of one entry moves the feed on, so that the next export is a new one.</summary>
    private static async Task ChangeAsync(RegistryStage stage)
    {
        var entry = (await stage.GetAsync("/api/registry/v1/associations?limit=1"))["data"]![0]!;
        var (response, _) = await stage.SendAsync(HttpMethod.Patch, $"/api/registry/v1/associations/{entry["id"]}", new JsonObject { ["languages"] = new JsonArray("de", "en") }, ("If-Match", $"\"{entry["version"]}\""));
        response.Dispose();
        await TestKit.Eventually.TrueAsync(async () => await stage.PendingAsync() == 0, "the change has its position");
    }

    private static async Task<(double Seconds, long Bytes, bool IsTrue)> TakeAsync(RegistryStage stage)
    {
        var clock = Stopwatch.StartNew();
        var (response, _) = await stage.SendAsync(HttpMethod.Get, Export);
        using (response)
        {
            var content = await response.Content.ReadAsByteArrayAsync();
            var seconds = clock.Elapsed.TotalSeconds;
            return (seconds, content.Length, response.Headers.GetValues("Repr-Digest").Single() == $"sha-256=:{Convert.ToBase64String(SHA256.HashData(content))}:");
        }
    }

    private static async Task<double> PartnerAsync(RegistryStage stage)
    {
        var target = new Npgsql.NpgsqlConnectionStringBuilder(stage.ConnectionString);
        var info = new ProcessStartInfo("/bin/sh", ["-c", $"psql -h {target.Host} -p {target.Port} -U {target.Username} -d {target.Database} -c \"copy (select data from registry.feed where data is not null order by position) to stdout\" | gzip -1 > /dev/null"]);
        info.Environment["PGPASSWORD"] = target.Password;
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(info)!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? clock.Elapsed.TotalSeconds : double.NaN;
    }
}
