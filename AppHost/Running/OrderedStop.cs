using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace Wir.AppHost.Running;

/// <summary>
/// Stops each resource after those that wait for it, before Aspire would stop all at once: a service ends its work while
/// its database and broker are still there.
/// </summary>
internal sealed class OrderedStop(
    DistributedApplicationModel model, ResourceNotificationService states, Supervisor supervisor)
    : IHostedService
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(40);

    private readonly ConcurrentDictionary<IResource, Task> _stops = [];

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        supervisor.Stop();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_deadline);
        try
        {
            var resources = model.Resources.Where(r => r.IsRun()).ToList();
            await Task.WhenAll(resources.Select(r => StopAsync(r, resources, deadline.Token)));
        }
        catch (OperationCanceledException)
        {
            // Aspire ends what is left.
        }
    }

    private Task StopAsync(IResource resource, List<IResource> all, CancellationToken cancellation) =>
        _stops.GetOrAdd(resource, r => StopOnceAsync(r, all, cancellation));

    private async Task StopOnceAsync(IResource resource, List<IResource> all, CancellationToken cancellation)
    {
        await Task.Yield();
        await Task.WhenAll(all.Where(r => r != resource && WaitsFor(r, resource)).Select(r => StopAsync(r, all, cancellation)));
        foreach (var id in supervisor.Ids(resource))
        {
            if (Pid(id) is not { } process) continue;
            // By signal: the orchestrator's own stop gives a process six seconds, and a broker may need seven.
            using (var kill = Process.Start("kill", ["-TERM", process])) await kill.WaitForExitAsync(cancellation);
            while (Pid(id) == process) await Task.Delay(50, cancellation);
        }
    }

    /// <summary>Null when nothing runs.</summary>
    private string? Pid(string id) => states.TryGetCurrentState(id, out var current) && current.Snapshot.State?.Text == KnownResourceStates.Running
        ? current.Snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value?.ToString()
        : null;

    private static bool WaitsFor(IResource resource, IResource dependency) => resource.Annotations.OfType<WaitAnnotation>()
        .Any(w => w.Resource == dependency || (w.Resource is IResourceWithParent child && child.Parent == dependency));
}
