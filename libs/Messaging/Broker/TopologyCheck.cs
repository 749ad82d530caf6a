using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Wir.Messaging.Broker;

/// <summary>What the last comparison found.</summary>
/// <param name="CheckedAt">When (UTC); null before the first comparison that reached the broker.</param>
/// <param name="Differences">One sentence each; empty = as declared.</param>
/// <param name="BindingsChecked">False without the management API: missing bindings are then made again instead of reported.</param>
public sealed record TopologyReport(DateTimeOffset? CheckedAt, IReadOnlyList<string> Differences, bool BindingsChecked);

/// <summary>
/// Compares the broker with what this service declares, at start and every minute: <c>mandatory</c> is silent when only one of several
/// subscribers is missing. It reports and degrades readiness; repairing is <c>migrate</c>'s work, after somebody has looked.
/// </summary>
internal sealed partial class TopologyCheck(
    IConfiguration configuration, BusFactory buses, MessagingBuilder model, IOptions<MessagingOptions> options, TimeProvider time,
    ILogger<TopologyCheck> logger) : BackgroundService, IHealthCheck
{
    /// <summary>Configuration key of the management API's address, for example <c>http://broker:15672</c>; user and password default to the broker's.</summary>
    public const string ManagementKey = "Wir:BrokerManagement";

    private volatile TopologyReport _report = new(null, [], BindingsChecked: false);
    private string _lastLogged = "";

    public TopologyReport Report => _report;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_report.Differences.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded(string.Join(" ", _report.Differences)));

    /// <summary>Compares now. Throws when the broker cannot be asked.</summary>
    public async Task<TopologyReport> CheckAsync(CancellationToken ct)
    {
        var topology = Topology.Of(model, options.Value);
        var differences = configuration[ManagementKey] is { Length: > 0 } management
            ? await CompareAsync(new Uri(management), topology, ct)
            : await TopologyProbe.CompareAsync(buses, topology, ct);
        var report = new TopologyReport(time.GetUtcNow(), differences, configuration[ManagementKey] is { Length: > 0 });
        _report = report;
        var text = string.Join(" ", differences);
        if (text != _lastLogged)
        {
            if (differences.Count > 0) Log.Differs(logger, text);
            else Log.AsDeclared(logger);
            _lastLogged = text;
        }

        return report;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
#pragma warning disable CA1031 // A broker that is away is reported by its own health check.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Log.CannotAsk(logger, e.Message);
            }

            await Task.Delay(options.Value.TopologyInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<List<string>> CompareAsync(Uri management, Topology topology, CancellationToken ct)
    {
        using var client = CreateClient(management);
        var path = buses.Address.AbsolutePath.Trim('/');
        var host = path.Length == 0 ? "%2F" : path;
        var exchanges = await client.GetFromJsonAsync<JsonElement>($"api/exchanges/{host}", ct);
        var queues = await client.GetFromJsonAsync<JsonElement>($"api/queues/{host}", ct);
        var bindings = await client.GetFromJsonAsync<JsonElement>($"api/bindings/{host}", ct);
        return TopologyComparison.Compare(topology, exchanges, queues, bindings);
    }

    private HttpClient CreateClient(Uri management)
    {
        var user = Uri.UnescapeDataString(management.UserInfo.Length > 0 ? management.UserInfo : buses.Address.UserInfo);
        var client = new HttpClient { BaseAddress = new UriBuilder(management) { UserName = "", Password = "" }.Uri, Timeout = TimeSpan.FromSeconds(10) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
        return client;
    }

    private static partial class Log
    {
        [LoggerMessage(1070, LogLevel.Error, "The broker's topology differs from the declared one: {Differences}")]
        public static partial void Differs(ILogger logger, string differences);

        [LoggerMessage(1071, LogLevel.Information, "The broker's topology is as declared")]
        public static partial void AsDeclared(ILogger logger);

        [LoggerMessage(1072, LogLevel.Debug, "The broker's topology could not be read: {Reason}")]
        public static partial void CannotAsk(ILogger logger, string reason);
    }
}
