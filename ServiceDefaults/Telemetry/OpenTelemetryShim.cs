#pragma warning disable IDE0130 // The namespaces and names are those of OpenTelemetry.Extensions.Hosting, so that call sites do not change with the feed.
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace OpenTelemetry
{
    /// <summary>Stands in for the class of OpenTelemetry.Extensions.Hosting where the package feed lacks it.</summary>
    internal sealed class OpenTelemetryBuilder(Microsoft.Extensions.DependencyInjection.IServiceCollection services) : IOpenTelemetryBuilder
    {
        public Microsoft.Extensions.DependencyInjection.IServiceCollection Services { get; } = services;
    }
}

namespace Microsoft.Extensions.DependencyInjection
{
    internal static class OpenTelemetryServicesExtensions
    {
        /// <summary>Adds the OpenTelemetry SDK; its providers start with the host, before every other hosted service.</summary>
        public static OpenTelemetryBuilder AddOpenTelemetry(this IServiceCollection services)
        {
            if (services.All(service => service.ImplementationType != typeof(TelemetryHostedService)))
            {
                services.Insert(0, ServiceDescriptor.Singleton<IHostedService, TelemetryHostedService>());
            }

            return new(services);
        }

        /// <summary>Asking for the providers is what starts them; the container disposes, and so flushes, them.</summary>
        private sealed class TelemetryHostedService(IServiceProvider provider) : IHostedService
        {
            public Task StartAsync(CancellationToken cancellationToken)
            {
                provider.GetService<MeterProvider>();
                provider.GetService<TracerProvider>();
                provider.GetService<LoggerProvider>();
                return Task.CompletedTask;
            }

            public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        }
    }
}
