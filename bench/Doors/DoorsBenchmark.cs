using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wir.Bench;

/// <summary>
/// An honest reader while somebody else does what used to stop the platform, at the rate at which it did. Reader and attacker come from
/// addresses of their own and run on the same processors as the platform.
/// </summary>
internal sealed class DoorsBenchmark : IBenchmark
{
    private const string Attacker = "127.0.0.3";
    private const int Rounds = 3;

    private static readonly int s_seconds = int.Parse(Environment.GetEnvironmentVariable("WIR_BENCH_SECONDS") ?? "8", CultureInfo.InvariantCulture);

    public string Name => "doors";

    public string Description => "An honest reader's 30 reads/s from one address while an attacker at another does what used to stop the platform.";

    public async Task RunAsync(Report report)
    {
        await using var stage = await DoorsStage.StartAsync();
        await stage.ReadAsync(4 * s_seconds);
        report.Say($"{Rounds} rounds of {s_seconds} s each, by turns with quiet ones; goal: p99 at most 3 times that of the quiet rounds, nothing refused.\n");
        report.Say($"| meanwhile | answers to the attacker | p50 | p99 | quiet p99 | ratio | refused | memory |");
        report.Say($"|---|---|---|---|---|---|---|---|");
        foreach (var (what, attack) in await AttacksAsync(stage))
        {
            var (answers, quiet, during) = (new Answers(), new List<Experience>(), new List<Experience>());
            for (var round = 0; round < Rounds; round++)
            {
                quiet.Add(await stage.ReadAsync(s_seconds));
                using var end = new CancellationTokenSource();
                var attackers = attack(answers, end.Token);
                await Task.Delay(1000);
                during.Add(await stage.ReadAsync(s_seconds));
                await end.CancelAsync();
                await attackers;
            }

            var (p99, partner) = (Report.Median([.. during.Select(one => one.P99)]), Report.Median([.. quiet.Select(one => one.P99)]));
            report.Say($"| {what} | {answers} | {Report.Median([.. during.Select(one => one.P50)]):0.0} ms | {p99:0.0} ms | {partner:0.0} ms | {p99 / partner:0.0} | {during.Sum(one => one.Refused)} | {during.Max(one => one.Memory) / 1048576.0:0} MiB |");
        }
    }

    private static async Task<IReadOnlyList<(string What, Func<Answers, CancellationToken, Task> Attack)>> AttacksAsync(DoorsStage stage)
    {
        var formula = Uri.EscapeDataString(string.Join('+', Enumerable.Repeat("A01", 100)));
        var html = string.Concat(Enumerable.Range(0, 15_000).Select(i => $"<b title={i}>"));
        var update = JsonSerializer.SerializeToUtf8Bytes(new { title = "Titel", body = html });
        var entry = await ManyOccurrencesAsync(stage);
        var page = await PageAsync(stage);
        return
        [
            ("headers that are not ASCII, 50/s", (answers, ct) => EachAsync(50, 1, answers, () => stage.RawAsync(
                Attacker, "GET /api/registry/v1/associations HTTP/1.1\r\nHost: a\r\nUser-Agent: Prüfer\r\nConnection: close\r\n\r\n", ct), ct)),
            ("bodies of 2 MB, 20/s", (answers, ct) => EachAsync(20, 1, answers, () => PostAsync(
                stage, "/api/registry/v1/submissions", null, new string('a', 2_000_000), ct), ct)),
            ("formulas over everything, 12 at a time", (answers, ct) => EachAsync(20, 12, answers, () => GetAsync(
                stage, $"/api/monitor/v1/data?indicator={formula}&format=csv", ct), ct)),
            ("130 readers of a stream at 400 B/s", (answers, ct) => EachAsync(20, 130, answers, () => ReadSlowlyAsync(
                stage, "/hsds/services?format=ndjson&full=true", ct), ct)),
            ("200 kB of nested HTML, 4 at a time", (answers, ct) => EachAsync(20, 4, answers, () => SendAsync(
                stage, HttpMethod.Put, $"/api/welcome/v1/pages/{page}/translations/de", stage.KeyOf("districtAdmin"),
                Json(update), ct), ct)),
            ("occurrences of an entry with 200 schedules, 8 at a time", (answers, ct) => EachAsync(20, 8, answers, () => GetAsync(
                stage, $"{entry}/occurrences?from=2027-01-01&to=2027-12-31", ct), ct)),
            ("exports of a person by phone, 2 at a time", (answers, ct) => EachAsync(20, 2, answers, () => PostAsync(
                stage, "/api/registry/v1/privacy/export", stage.KeyOf("districtAdmin"), """{"phone":"05631 555012"}""", ct), ct)),
            ("keys that do not hold, 500/s", (answers, ct) => EachAsync(500, 1, answers, () => GetAsync(
                stage, "/api/registry/v1/associations", ct, "wir_nobody0000000000_secretsecretsecretsecretsecretsecret"), ct)),
        ];
    }

    /// <summary>So many a second, or so many at a time: each begins again when it has its answer, up to so often a second.</summary>
    private static async Task EachAsync(int perSecond, int atATime, Answers answers, Func<Task<string>> attack, CancellationToken ct)
    {
        await Task.WhenAll(Enumerable.Range(0, atATime).Select(_ => Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
            var open = new List<Task>();
            while (!ct.IsCancellationRequested)
            {
                var one = OneAsync();
                if (atATime > 1) await one;
                else open.Add(one);
                if (!await NextAsync(timer)) break;
                open.RemoveAll(task => task.IsCompleted);
            }

            await Task.WhenAll(open);
        }, CancellationToken.None)));

        async Task OneAsync()
        {
            try
            {
                answers.Count(await attack());
            }
            catch (Exception e) when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException or OperationCanceledException)
            {
                if (!ct.IsCancellationRequested) answers.Count(e.GetType().Name);
            }
        }

        async Task<bool> NextAsync(PeriodicTimer timer)
        {
            try
            {
                return await timer.WaitForNextTickAsync(ct);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new("application/json") } };

    private static Task<string> GetAsync(DoorsStage stage, string path, CancellationToken ct, string? key = null) =>
        SendAsync(stage, HttpMethod.Get, path, key, null, ct);

    private static Task<string> PostAsync(DoorsStage stage, string path, string? key, string body, CancellationToken ct) =>
        SendAsync(stage, HttpMethod.Post, path, key, Json(Encoding.UTF8.GetBytes(body)), ct);

    private static async Task<string> SendAsync(
        DoorsStage stage, HttpMethod method, string path, string? key, HttpContent? content, CancellationToken ct)
    {
        var client = stage.SharedClientFrom(Attacker, key);
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (method == HttpMethod.Put) request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        using var response = await client.SendAsync(request, ct);
        await response.Content.ReadAsByteArrayAsync(ct);
        return ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<string> ReadSlowlyAsync(DoorsStage stage, string path, CancellationToken ct)
    {
        using var socket = await DoorsStage.ConnectAsync(Attacker, stage.Address.Port, ct);
        socket.ReceiveBufferSize = 4096;
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), ct);
        var (buffer, status) = (new byte[400], "");
        while (await socket.ReceiveAsync(buffer, ct) is var read and > 0)
        {
            if (status.Length == 0) status = Encoding.ASCII.GetString(buffer, 9, Math.Min(3, read - 9));
            await Task.Delay(1000, ct);
        }

        return status;
    }

    /// <summary>The most that an entry may have.</summary>
    private static async Task<string> ManyOccurrencesAsync(DoorsStage stage)
    {
        var schedule = new JsonObject { ["dtstart"] = "2026-09-01T18:00", ["tzid"] = "Europe/Berlin", ["rrule"] = "FREQ=DAILY", ["durationMinutes"] = 90 };
        var input = new JsonObject
        {
            ["kind"] = "initiative", ["name"] = "Verein mit vielen Terminen", ["area"] = "06635015",
            ["texts"] = new JsonObject { ["de"] = new JsonObject { ["summary"] = "Zum Messen." } },
            ["categories"] = new JsonArray(new JsonObject { ["scheme"] = "wir", ["code"] = "sport.football" }),
            ["languages"] = new JsonArray("de"),
            ["offers"] = new JsonArray([.. Enumerable.Range(0, 4).Select(i => (JsonNode)new JsonObject
            {
                ["name"] = new JsonObject { ["de"] = $"Angebot {i}" },
                ["schedule"] = new JsonArray([.. Enumerable.Range(0, 50).Select(_ => schedule.DeepClone())]),
            })]),
        };
        using var client = stage.ClientFrom("127.0.0.1", stage.KeyOf("municipality"));
        using var response = await client.PostAsJsonAsync("/api/registry/v1/associations", input);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
        return response.Headers.Location!.ToString();
    }

    private static async Task<string> PageAsync(DoorsStage stage)
    {
        using var client = stage.ClientFrom("127.0.0.1");
        var pages = await client.GetFromJsonAsync<JsonNode>("/api/welcome/v1/pages?lang=de&limit=1");
        return (string)pages!["data"]![0]!["id"]!;
    }

    /// <summary>How often which answer came.</summary>
    private sealed class Answers
    {
        private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

        public void Count(string answer)
        {
            lock (_counts) _counts[answer] = _counts.GetValueOrDefault(answer) + 1;
        }

        public override string ToString()
        {
            lock (_counts) return string.Join(", ", _counts.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} × {pair.Key}"));
        }
    }
}
