using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using Wir.TestKit.Servers;
using Wir.Reliability.Tests;
using Wir.TestKit;

namespace Wir.Bench;

/// <summary>
/// A service that answers at once (nginx, one worker), and in front of it the gateway with its database and broker, nginx, and YARP without anything.
/// The service also swallows the gateway's telemetry.
/// </summary>
internal sealed partial class GatewayStage : IAsyncDisposable
{
    public const string Path = "/api/registry/v1/associations";
    public const int AnswerSize = 2_000;
    private readonly List<IAsyncDisposable> _processes = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("wir-bench-").FullName;
    private string _key = "";

    public Uri Upstream { get; } = NewAddress();

    public Uri Nginx { get; } = NewAddress();

    public Uri BareYarp { get; } = NewAddress();

    public Uri Gateway { get; } = NewAddress();

    public static async Task<GatewayStage> StartAsync()
    {
        var stage = new GatewayStage();
        await stage.StartNginxAsync();
        stage._processes.Add(ServiceProcess.Start("Bench", new Dictionary<string, string?> { ["DOTNET_gcServer"] = "0" }, Bench.BareYarp.Argument, stage.BareYarp.ToString(), stage.Upstream.ToString()));
        await stage.StartGatewayAsync();
        foreach (var address in new[] { stage.Upstream, stage.Nginx, stage.BareYarp, stage.Gateway })
        {
            using var client = stage.NewClient(address);
            await Eventually.TrueAsync(async () => (await client.GetAsync(Path)).IsSuccessStatusCode, $"{address} answers", TimeSpan.FromMinutes(1));
        }

        return stage;
    }

    public HttpClient NewClient(Uri address)
    {
        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = address };
        client.DefaultRequestHeaders.Add("X-Api-Key", _key);
        return client;
    }

    /// <summary>Requests per second under full load.</summary>
    public async Task<double> LoadAsync(Uri address, int seconds)
    {
        var output = await ChildProcess.RunAsync(
            new ProcessSpec("wrk", ["-t2", "-c64", string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"), "-H", $"X-Api-Key: {_key}", new Uri(address, Path).ToString()]), CancellationToken.None);
        if (output.Contains("Non-2xx", StringComparison.Ordinal)) throw new InvalidOperationException(output);
        return double.Parse(RequestsPerSecond().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartNginxAsync()
    {
        foreach (var tool in new[] { "nginx", "wrk" })
        {
            if (!File.Exists($"/usr/sbin/{tool}") && !File.Exists($"/usr/bin/{tool}")) throw new InvalidOperationException($"{tool} is missing; ./wir bench gateway installs it.");
        }

        var answer = $$"""{"data":"{{new string('a', AnswerSize - 11)}}"}""";
        Start("upstream", 1, $$"""
            server {
              listen 127.0.0.1:{{Upstream.Port}};
              client_max_body_size 64m;
              location / { default_type application/json; return 200 '{{answer}}'; }
            }
            """);
        Start("proxy", 2, $$"""
            upstream service { server 127.0.0.1:{{Upstream.Port}}; keepalive 64; }
            server {
              listen 127.0.0.1:{{Nginx.Port}};
              location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }
            }
            """);
        await Task.CompletedTask;
    }

    private void Start(string name, int workers, string content)
    {
        var directory = System.IO.Path.Combine(_directory, name);
        Directory.CreateDirectory(directory);
        var file = System.IO.Path.Combine(directory, "nginx.conf");
        File.WriteAllText(file, $$"""
            daemon off;
            worker_processes {{workers}};
            pid {{directory}}/nginx.pid;
            error_log {{directory}}/error.log;
            events { worker_connections 1024; }
            http {
              access_log off;
              keepalive_requests 1000000000;
              client_body_temp_path {{directory}}/body;
              proxy_temp_path {{directory}}/proxy;
              fastcgi_temp_path {{directory}}/fastcgi;
              uwsgi_temp_path {{directory}}/uwsgi;
              scgi_temp_path {{directory}}/scgi;
            {{content}}
            }
            """);
        _processes.Add(new NginxProcess(Process.Start(new ProcessStartInfo("nginx", ["-c", file, "-p", directory]))!));
    }

    private async Task StartGatewayAsync()
    {
        var servers = await Servers.GetAsync();
        await using (var postgres = NpgsqlDataSource.Create(servers.Database.ConnectionString("postgres")))
        {
            await using var create = postgres.CreateCommand("create database gateway_bench");
            await create.ExecuteNonQueryAsync();
        }

        var management = new Uri(servers.Broker.ManagementUri);
        using (var client = new HttpClient { BaseAddress = new UriBuilder(management) { UserName = "", Password = "" }.Uri })
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(management.UserInfo)));
            (await client.PutAsync("api/vhosts/gateway-bench", null)).EnsureSuccessStatusCode();
        }

        var keys = System.IO.Path.Combine(_directory, "keys.json");
        var settings = new Dictionary<string, string?>
        {
            ["urls"] = Gateway.ToString(),
            ["ConnectionStrings:gatewaydb"] = servers.Database.ConnectionString("gateway_bench"),
            ["ConnectionStrings:rabbitmq"] = $"{servers.Broker.AmqpUri}/gateway-bench",
            ["Services:registry:http:0"] = Upstream.ToString(),
            ["Services:welcomepackage:http:0"] = Upstream.ToString(),
            ["Services:monitor:http:0"] = Upstream.ToString(),
            ["Services:portal:http:0"] = Upstream.ToString(),
            ["Gateway:ClientRequestsPerMinute"] = "100000000",
            ["Gateway:ClientOpenRequests"] = "1000",
            // The collector's kind and size as AppHost sets them (not the rest of what it sets for many small programs), and as operators trace it.
            ["DOTNET_gcServer"] = "0",
            ["DOTNET_GCgen0size"] = "0x4000000",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Upstream.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio",
            ["OTEL_TRACES_SAMPLER_ARG"] = "0.05",
        };
        await using (var migrate = ServiceProcess.Start("Gateway", new Dictionary<string, string?>(settings) { ["Wir:Seed"] = _directory, ["Wir:KeysFile"] = keys }, "migrate"))
        {
            await migrate.WaitForExitAsync(TimeSpan.FromMinutes(2));
            if (migrate.ExitCode != 0) throw new InvalidOperationException(migrate.Output);
        }

        _key = (string)JsonNode.Parse(await File.ReadAllTextAsync(keys))!["municipality"]!["key"]!;
        _processes.Add(ServiceProcess.Start("Gateway", settings));
    }

    private static Uri NewAddress() => new($"http://127.0.0.1:{Ports.Choose()}/");

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RequestsPerSecond();

    /// <summary>Ends with its workers when told to; killed, it would leave them.</summary>
    private sealed class NginxProcess(Process process) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            ChildProcess.Kill(process.Id, Wir.TestKit.Servers.Signal.Term);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
