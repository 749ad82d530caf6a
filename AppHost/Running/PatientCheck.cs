using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Wir.AppHost.Running;

/// <summary>
/// Until it has succeeded once, a check tries again by itself, several times a second. Aspire would ask after 1, 2, 3, 4
/// and 5 s, and everything that waits would start seconds late.
/// </summary>
internal sealed class PatientCheck(Func<IServiceProvider, IHealthCheck> create)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    private bool _hasSucceeded;

    /// <summary>Makes all checks patient.</summary>
    public static void AddTo(IServiceCollection services) =>
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var registration in options.Registrations)
            {
                registration.Factory = new PatientCheck(registration.Factory).Create;
            }
        });

    /// <summary>The framework makes one for each round.</summary>
    private Round Create(IServiceProvider services) => new(this, create(services));

    private sealed class Round(PatientCheck check, IHealthCheck inner) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            for (var clock = Stopwatch.StartNew(); ; await Task.Delay(s_interval, cancellationToken))
            {
                var result = await inner.CheckHealthAsync(context, cancellationToken);
                check._hasSucceeded |= result.Status == HealthStatus.Healthy;
                if (check._hasSucceeded || clock.Elapsed > s_patience) return result;
            }
        }
    }
}
