using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Wir.TestKit.Servers;
using Wir.Reliability.Tests;
using Wir.ServiceDefaults.Tokens;
using Wir.TestKit;

namespace Wir.Bench;

/// <summary>The monitor in a process of its own, without start data, on servers that flush to disk.</summary>
internal sealed class MonitorStage : IAsyncDisposable
{
    /// <summary>Rows of one indicator: 17 areas × 981 months × 4 × 3.</summary>
    public const int Rows = 200_124;
    private const string Prefix = "/api/monitor/v1";
    private static readonly string[] s_sexes = ["total", "female", "male", "diverse"];
    private static readonly string[] s_groups = ["total", "german", "non-german"];
    private readonly TokenIssuer _issuer = TokenIssuer.Create();
    private readonly Dictionary<string, string?> _settings;
    private ServiceProcess _service = null!;


    private MonitorStage(Servers servers, string name, int port)
    {
        Database = NpgsqlDataSource.Create(servers.Database.ConnectionString(name));
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(10) };
        _settings = new()
        {
            ["urls"] = Http.BaseAddress.ToString(),
            ["ConnectionStrings:monitordb"] = servers.Database.ConnectionString(name),
            ["ConnectionStrings:rabbitmq"] = $"{servers.Broker.AmqpUri}/{name}",
            ["Wir:Tokens:Jwks"] = _issuer.Jwks(),
            ["Logging:LogLevel:Default"] = "Warning",
        };
    }

    public NpgsqlDataSource Database { get; }

    public HttpClient Http { get; }

    public static async Task<MonitorStage> CreateAsync(string name)
    {
        var servers = await Servers.GetAsync();
        var stage = new MonitorStage(servers, name, Ports.Choose());
        await using (var postgres = NpgsqlDataSource.Create(servers.Database.ConnectionString("postgres")))
        {
            await using var create = postgres.CreateCommand($"create database {name}");
            await create.ExecuteNonQueryAsync();
        }

        var address = new Uri(servers.Broker.ManagementUri);
        using (var management = new HttpClient { BaseAddress = new UriBuilder(address) { UserName = "", Password = "" }.Uri })
        {
            management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(address.UserInfo)));
            (await management.PutAsync($"api/vhosts/{name}", null)).EnsureSuccessStatusCode();
        }

        await using (var migrate = ServiceProcess.Start("Monitor", stage._settings, "migrate"))
        {
            await migrate.WaitForExitAsync(TimeSpan.FromMinutes(5));
            if (migrate.ExitCode != 0) throw new InvalidOperationException(migrate.Output);
        }

        await stage.StartAsync();
        return stage;
    }

    /// <summary>Ends the process, if there is one, and starts another: what it remembers is gone.</summary>
    public async Task StartAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
        _service = ServiceProcess.Start("Monitor", _settings);
        await Eventually.TrueAsync(async () => (await Http.GetAsync("/version")).IsSuccessStatusCode, "the monitor serves", TimeSpan.FromMinutes(2));
    }

    public string Token(string subject = TokenClaims.Anonymous, params string[] scopes) =>
        _issuer.Issue(subject, scopes, scopes.Length == 0 ? [] : ["06635"], DateTimeOffset.UtcNow, TimeSpan.FromHours(2));

    /// <summary>Resident memory of the service, MB: now, and the most since <see cref="ForgetPeak"/>.</summary>
    public (double Now, double Peak) Memory() => (Status("VmRSS"), Status("VmHWM"));

    /// <summary>What the service has written to its log.</summary>
    public string Said => _service.Output;

    /// <summary>Processor time that the service has taken since it was started.</summary>
    public TimeSpan Processor()
    {
        // 4242 (dotnet) S 1 … utime stime: the 14th and 15th field, in hundredths of a second.
        var fields = File.ReadAllText($"/proc/{_service.Id}/stat").Split(") ")[1].Split(' ');
        return TimeSpan.FromMilliseconds(10 * (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)));
    }

    public void ForgetPeak() => File.WriteAllText($"/proc/{_service.Id}/clear_refs", "5");

    /// <summary>Describes an indicator, imports the file and releases it; answers how long the import took.</summary>
    public async Task<TimeSpan> PublishAsync(string code, byte[] file)
    {
        await SendAsync(HttpMethod.Put, $"/indicators/{code}", new StringContent(Description(code), Encoding.UTF8, "application/json"), ("If-None-Match", "*"));
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        var start = TimeProvider.System.GetTimestamp();
        var import = await SendAsync(HttpMethod.Post, $"/imports?indicator={code}", content);
        var taken = TimeProvider.System.GetElapsedTime(start);
        foreach (var (step, by) in new[] { ("check", "client:first"), ("approve", "client:second"), ("release", "client:second") })
        {
            var current = await SendAsync(HttpMethod.Get, $"/imports/{import["id"]}", null);
            var body = step == "approve" ? null : new StringContent(step == "check" ? """{"note": "measured"}""" : "{}", Encoding.UTF8, "application/json");
            await SendAsync(HttpMethod.Post, $"/imports/{import["id"]}/{step}", body, ("If-Match", $"\"{current["version"]}\""), ("by", by));
        }

        return taken;
    }

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, Prefix + path) { Content = content };
        var by = headers.FirstOrDefault(header => header.Name == "by").Value ?? "client:first";
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token(by, "monitor:write", "monitor:approve"));
        foreach (var (name, value) in headers.Where(header => header.Name != "by")) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {text[..Math.Min(text.Length, 500)]}");
    }

    /// <summary>Monthly series with one decimal that move as those of official statistics do; the same for the same seed.</summary>
    public static IEnumerable<(string Area, string Month, string Sex, string Group, decimal Value)> Observations(int seed)
    {
        var random = new Random(seed);
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
                        yield return (FormattableString.Invariant($"066350{area:00}"), FormattableString.Invariant($"{1974 + (month / 12)}-{(month % 12) + 1:00}"), sex, group, value / 10m);
                    }
                }
            }
        }
    }

    public static byte[] FileOf(int seed)
    {
        var text = new StringBuilder("area,period,sex,group,value\n", 8_000_000);
        foreach (var (area, month, sex, group, value) in Observations(seed)) text.Append(CultureInfo.InvariantCulture, $"{area},{month},{sex},{group},{value}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Description(string code) => new JsonObject
    {
        ["name"] = Both("Messwert"), ["definition"] = Both("Messwert"), ["numerator"] = Both("Zähler"), ["denominator"] = Both("Nenner"), ["unit"] = "percent", ["direction"] = "context",
        ["field"] = code[..1], ["source"] = new JsonObject { ["code"] = "bench", ["name"] = Both("Messung") }, ["periodicity"] = "month", ["lowestLevel"] = "municipality",
        ["contact"] = Both("Amt"), ["licence"] = Both("CC BY 4.0"), ["codeLists"] = new JsonObject { ["sex"] = "sex", ["group"] = "group-nationality" },
    }.ToJsonString();

    private static JsonObject Both(string text) => new() { ["de"] = text, ["en"] = text };

    private double Status(string name) =>
        double.Parse(File.ReadLines($"/proc/{_service.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await Database.DisposeAsync();
        Http.Dispose();
        _issuer.Dispose();
    }
}
