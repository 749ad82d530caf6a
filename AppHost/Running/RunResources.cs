using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Wir.AppHost.Control;
using Wir.AppHost.Servers;

namespace Wir.AppHost.Running;

internal static class RunResources
{
    /// <summary>What Aspire leaves to the host: restarts after a crash, a stop in order, kept logs, the control endpoint.</summary>
    public static void AddRunning(this IDistributedApplicationBuilder builder, Instance instance)
    {
        if (!builder.ExecutionContext.IsRunMode) return;
        builder.Services.AddSingleton(instance).AddSingleton<StatusReader>();
        builder.Services.AddSingleton<Supervisor>().AddSingleton<KeptLogs>().AddSingleton<ControlEndpoint>();
        builder.Services.AddHostedService<OrderedStop>();
        PatientCheck.AddTo(builder.Services);
        // Not as background services: those start only when everything that is waited for is up.
        builder.Eventing.Subscribe<BeforeStartEvent>((start, cancellation) =>
        {
            start.Services.GetRequiredService<Supervisor>().Start(cancellation);
            start.Services.GetRequiredService<KeptLogs>().Start(cancellation);
            return start.Services.GetRequiredService<ControlEndpoint>().StartAsync(cancellation);
        });
    }

    /// <summary>A server or a program of the platform; not Aspire's own helpers.</summary>
    public static bool IsRun(this IResource resource) =>
        resource is ProjectResource or LocalPostgresResource or LocalRabbitMQResource or ContainerResource;

    /// <summary>The id of the process; null when none runs.</summary>
    public static int? Pid(this CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text == KnownResourceStates.Running
            && snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value?.ToString() is { } id
            ? int.Parse(id, CultureInfo.InvariantCulture)
            : null;

    /// <summary>Runs to its end once: others wait for that.</summary>
    public static bool IsJob(this DistributedApplicationModel model, IResource resource) => model.Resources
        .SelectMany(r => r.Annotations.OfType<WaitAnnotation>())
        .Any(w => w.WaitType == WaitType.WaitForCompletion && w.Resource == resource);
}
