using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wir.Messaging.Broker;

/// <summary>Whether the broker can be reached. Away means degraded, not unready: the outbox holds what is to be sent.</summary>
internal sealed class BrokerState(BusFactory buses) : IHealthCheck
{
    private IBusControl? _bus;

    public void Watch(IBusControl bus) => _bus = bus;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (_bus?.CheckHealth() is { } health)
        {
            return health.Status == BusHealthStatus.Healthy ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded("The broker cannot be reached.");
        }

        try
        {
            await using var connection = await buses.ConnectAsync("health", cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return HealthCheckResult.Degraded("The broker cannot be reached.");
        }
    }
}
