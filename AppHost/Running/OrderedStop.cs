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
        // What does not end in time is ended by Aspire.
        await Task.WhenAll(model.Resources.Where(r => r.IsRun()).Select(r => StopAsync(r, deadline.Token)))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task StopAsync(IResource resource, CancellationToken cancellation) => _stops.GetOrAdd(resource, async _ =>
    {
        await Task.Yield();
        await Task.WhenAll(model.Resources.Where(r => r.IsRun() && WaitsFor(r, resource)).Select(r => StopAsync(r, cancellation)));
        foreach (var (id, process) in supervisor.Ids(resource).Select(id => (id, Pid(id))).Where(p => p.Item2 is not null))
        {
            // By signal: the orchestrator's own stop gives a process six seconds, and a broker may need seven.
            using (var kill = Process.Start("kill", ["-TERM", $"{process}"])) await kill.WaitForExitAsync(cancellation);
            while (Pid(id) == process) await Task.Delay(50, cancellation);
        }
    });

    private int? Pid(string id) => states.TryGetCurrentState(id, out var current) ? current.Snapshot.Pid() : null;

    private static bool WaitsFor(IResource resource, IResource dependency) => resource.Annotations.OfType<WaitAnnotation>()
        .Any(w => w.Resource == dependency || (w.Resource is IResourceWithParent child && child.Parent == dependency));
}
