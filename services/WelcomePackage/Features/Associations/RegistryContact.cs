using Microsoft.Extensions.Options;

namespace Wir.WelcomePackage.Features.Associations;

/// <summary>
/// Whether the register can be reached. The copy does not depend on it; but while the register is silent, nobody can say that the copy is
/// what the register would answer.
/// </summary>
internal sealed partial class RegistryContact(
    IHttpClientFactory clients, IOptions<WelcomeOptions> options, IConfiguration configuration, TimeProvider time, ILogger<RegistryContact> logger) : BackgroundService
{
    private readonly string _address = configuration["WelcomePackage:RegistryAddress"] ?? "http://gateway/api/registry/v1/changes?limit=1";
    private DateTimeOffset _lastContact = DateTimeOffset.MinValue;
    private bool _wasStale;

    public bool IsStale => time.GetUtcNow() - _lastContact > options.Value.RegistryPatience;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.RegistryInterval, time);
        try
        {
            do
            {
                await AskAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private async Task AskAsync(CancellationToken ct)
    {
        try
        {
            using var client = clients.CreateClient(nameof(RegistryContact));
            client.Timeout = TimeSpan.FromSeconds(5);
            using var response = await client.GetAsync(new Uri(_address), HttpCompletionOption.ResponseHeadersRead, ct);
            if (response.IsSuccessStatusCode) _lastContact = time.GetUtcNow();
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // What it means is said by IsStale; the client's own telemetry has the rest.
        }

        if (IsStale != _wasStale) Log.Changed(logger, _wasStale = IsStale);
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Information, "The copy of associations is stale: {Stale}")]
        public static partial void Changed(ILogger logger, bool stale);
    }
}
